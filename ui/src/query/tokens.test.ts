import { describe, expect, it } from "vitest";
import { errorPosition, isPlain, placeAt, quoteKey, toFilter, tokenize, writeEqual } from "./tokens";

const kinds = (text: string) =>
  tokenize(text)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, text: piece }) => `${kind}:${piece}`);

describe("tokenize", () => {
  it("knows keys, operators, words and values", () => {
    expect(kinds("metrics.auc > 0.9 and params.model in ('xgb','lgbm')")).toEqual([
      "key:metrics.auc", "operator:>", "value:0.9", "word:and", "key:params.model", "word:in",
      "paren:(", "value:'xgb'", "paren:,", "value:'lgbm'", "paren:)",
    ]);
  });
  it("takes keys in backticks and quotes that are not closed", () => {
    expect(kinds("metrics.`val/auc` = 'a b")).toEqual(["key:metrics.`val/auc`", "operator:=", "value:'a b"]);
  });
  it("loses no character, whatever the text", () => {
    for (const text of ["", "é § 'x", "a=1e-3 AND  b", "`", "((", "metrics.a>=-.5\n\tor x", "日本 = '語'", "0x1g"])
      expect(tokenize(text).map((token) => token.text).join("")).toBe(text);
  });
});

describe("plain words", () => {
  it("are searched in the run's name", () => {
    expect(toFilter("owl keen")).toBe("attributes.run_name ILIKE '%owl%' AND attributes.run_name ILIKE '%keen%'");
  });
  it("are searched in other keys, too", () => {
    expect(toFilter("a b", "n", ["t"])).toBe("(n ILIKE '%a%' OR t ILIKE '%a%') AND (n ILIKE '%b%' OR t ILIKE '%b%')");
  });
  it("cannot break out of their quotes", () => {
    expect(toFilter("o'wl%")).toBe("attributes.run_name ILIKE '%owl%'");
  });
  it("are told from the language", () => {
    expect(isPlain("lightgbm-calm-fox")).toBe(true);
    expect(isPlain("metrics.auc > 1")).toBe(false);
    expect(isPlain("params.model LIKE '%x'")).toBe(false);
    expect(isPlain("rise and shine")).toBe(true);
  });
  it("leave the language as it is", () => {
    expect(toFilter(" metrics.auc > 1 ")).toBe("metrics.auc > 1");
    expect(toFilter("  ")).toBe("");
  });
});

describe("errorPosition", () => {
  it("reads what the server names, from 0", () => {
    expect(errorPosition("Expected a value (at position 15: 'x')")).toBe(14);
    expect(errorPosition("no")).toBe(-1);
  });
});

describe("keys", () => {
  it("are quoted when odd", () => {
    expect(quoteKey("metrics.val/auc")).toBe("metrics.`val/auc`");
    expect(quoteKey("params.depth")).toBe("params.depth");
  });
});

describe("what can be completed", () => {
  const at = (text: string) => {
    const place = placeAt(text, text.length);
    return place && [place.kind, place.key, place.start, place.typed];
  };
  it("is a key at the start, after AND and in parentheses", () => {
    expect(at("met")).toEqual(["key", "", 0, "met"]);
    expect(at("metrics.auc > 1 and pa")).toEqual(["key", "", 20, "pa"]);
    expect(at("metrics.auc > 1 and ")).toEqual(["key", "", 20, ""]);
    expect(at("not (pa")).toEqual(["key", "", 5, "pa"]);
  });
  it("is an operator after a key", () => {
    expect(at("params.model ")).toEqual(["operator", "params.model", 13, ""]);
    expect(at("params.model I")).toEqual(["operator", "params.model", 13, "I"]);
    expect(at("metrics.auc >")).toEqual(["operator", "metrics.auc", 12, ">"]);
  });
  it("is a value after an operator, in its quotes or not, and in a list", () => {
    expect(at("params.model = ")).toEqual(["value", "params.model", 15, ""]);
    expect(at("params.model = 'xg")).toEqual(["value", "params.model", 15, "'xg"]);
    expect(at("params.`a b` in ('x', 'y")).toEqual(["value", "params.`a b`", 22, "'y"]);
    expect(at("params.model in (")).toEqual(["value", "params.model", 17, ""]);
  });
  it("is nothing after a whole clause", () => {
    expect(at("metrics.auc > 1 ")).toBeNull();
  });
});

it("a text is compared in the quotes that it has not", () => {
  expect(writeEqual("name", "churn")).toBe("name = 'churn'");
  expect(writeEqual("name", "o'neill")).toBe('name = "o\'neill"');
  expect(writeEqual("name", `5' 6"`)).toBe(`name LIKE '5_ 6"'`);
});
