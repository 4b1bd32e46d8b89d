import { expect, it } from "vitest";
import { readNotebook } from "./notebook";

const NOTEBOOK = {
  metadata: { kernelspec: { language: "python" } },
  cells: [
    { cell_type: "markdown", source: ["# Title\n", "text"] },
    {
      cell_type: "code",
      execution_count: 3,
      source: "1 + 1",
      outputs: [
        { output_type: "stream", name: "stderr", text: ["careful\n"] },
        { output_type: "execute_result", data: { "text/plain": ["2"] } },
        { output_type: "display_data", data: { "image/png": "AA\nBB", "text/plain": "<Figure>" } },
        { output_type: "display_data", data: { "text/html": ["<b>", "x</b>"], "text/plain": "x" } },
        { output_type: "error", traceback: ["Traceback", "ValueError"] },
        { output_type: "display_data", data: {} },
      ],
    },
  ],
};

it("reads cells with what they gave", () => {
  expect(readNotebook(JSON.stringify(NOTEBOOK))).toEqual({
    language: "python",
    cells: [
      { kind: "markdown", source: "# Title\ntext", count: 0, outputs: [] },
      {
        kind: "code",
        source: "1 + 1",
        count: 3,
        outputs: [
          { kind: "text", text: "careful\n", isError: true },
          { kind: "text", text: "2", isError: false },
          { kind: "image", address: "data:image/png;base64,AABB" },
          { kind: "html", html: "<b>x</b>" },
          { kind: "text", text: "Traceback\nValueError\n", isError: true },
        ],
      },
    ],
  });
});

it("says that other JSON is no notebook", () => {
  expect(() => readNotebook("[]")).toThrow("The file has no cells.");
  expect(() => readNotebook("no")).toThrow(SyntaxError);
});
