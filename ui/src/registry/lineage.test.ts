import { expect, test } from "vitest";
import type { EdgeKind, Lineage, NodeKind } from "../api/schema";
import { describeEdges, drawLineage, pageOfNode } from "./lineage";

const node = (id: string, kind: NodeKind) => ({ id, kind, label: id });
const edge = (source: string, target: string, kind: EdgeKind) => ({ source, target, kind });
const graph: Lineage = {
  root: "models:/churn/3",
  nodes: [
    node("models:/churn/3", "version"),
    node("runs:/ab", "run"),
    node("dataset:/d/customers", "dataset"),
    node("models:/m-1", "logged_model"),
    node("models:/churn@champion", "alias"),
  ],
  edges: [
    edge("dataset:/d/customers", "runs:/ab", "read_by"),
    edge("runs:/ab", "models:/m-1", "produced"),
    edge("runs:/ab", "models:/churn/3", "registered_as"),
    edge("models:/m-1", "models:/churn/3", "registered_as"),
    edge("models:/churn/3", "models:/churn@champion", "named"),
  ],
};

test("everything stands to the right of what led to it", () => {
  const { nodes, edges, hidden } = drawLineage(graph, 10, 900);
  const x = new Map(nodes.map((placed) => [placed.node.id, placed.x]));

  for (const { source, target } of graph.edges) expect(x.get(source)).toBeLessThan(x.get(target) ?? 0);
  expect(edges).toHaveLength(5);
  expect(hidden.size).toBe(0);
});

test("what nothing led to stands right before what it led to", () => {
  const environment = node("environment:/e", "environment");
  const drawn = drawLineage(
    { ...graph, nodes: [...graph.nodes, environment], edges: [...graph.edges, edge("environment:/e", "models:/churn/3", "needed_by")] },
    10,
    900,
  );
  const x = new Map(drawn.nodes.map((placed) => [placed.node.id, placed.x]));

  expect(x.get("environment:/e")).toBe(x.get("models:/m-1"));
});

test("cards shrink to the room there is, but stay readable", () => {
  expect(drawLineage(graph, 10, 900).width).toBeLessThanOrEqual(900);
  expect(drawLineage(graph, 10, 900).cardWidth).toBeGreaterThan(drawLineage(graph, 10, 300).cardWidth);
  expect(drawLineage(graph, 10, 300).cardWidth).toBe(132);
});

test("cards never overlap, and lie within the drawing", () => {
  const many: Lineage = {
    root: "runs:/0",
    nodes: Array.from({ length: 40 }, (_, index) => node(`runs:/${index}`, "run")),
    edges: Array.from({ length: 39 }, (_, index) => edge(`runs:/${Math.floor(index / 3)}`, `runs:/${index + 1}`, "parent_of")),
  };

  const { nodes, width, height, cardWidth, cardHeight } = drawLineage(many, 100, 600);

  for (const [index, one] of nodes.entries()) {
    expect(one.x + cardWidth).toBeLessThanOrEqual(width);
    expect(one.y + cardHeight).toBeLessThanOrEqual(height);
    for (const other of nodes.slice(index + 1)) expect(one.x === other.x && Math.abs(one.y - other.y) < cardHeight).toBe(false);
  }
});

test("a long column is cut, what touches the root stays", () => {
  const datasets = Array.from({ length: 30 }, (_, index) => node(`dataset:/${index}/d`, "dataset"));
  const long: Lineage = {
    root: "runs:/a",
    nodes: [...datasets, node("runs:/a", "run")],
    edges: [edge("dataset:/29/d", "runs:/a", "read_by")],
  };

  const { nodes, hidden } = drawLineage(long, 5, 900);

  expect([...hidden]).toEqual([["dataset", 25]]);
  expect(nodes.map((placed) => placed.node.id)).toContain("dataset:/29/d");
});

test("of many versions those with aliases are drawn, and no alias without its version", () => {
  const versions = Array.from({ length: 40 }, (_, index) => node(`models:/churn/${index}`, "version"));
  const aliases = Array.from({ length: 12 }, (_, index) => node(`models:/churn@a${index}`, "alias"));
  const wide: Lineage = {
    root: "runs:/a",
    nodes: [node("runs:/a", "run"), ...versions, ...aliases],
    edges: [
      ...versions.map(({ id }) => edge("runs:/a", id, "registered_as")),
      ...aliases.map(({ id }, index) => edge(`models:/churn/${3 * index}`, id, "named")),
    ],
  };

  const { nodes, edges, hidden } = drawLineage(wide, 6, 900);

  expect(nodes.filter(({ node: one }) => one.kind === "alias")).toHaveLength(6);
  expect(edges).toHaveLength(12);
  expect(Object.fromEntries(hidden)).toEqual({ version: 34, alias: 6 });
});

test("a circle is drawn, too", () => {
  const circle: Lineage = {
    root: "runs:/a",
    nodes: [node("runs:/a", "run"), node("models:/m-1", "logged_model")],
    edges: [edge("runs:/a", "models:/m-1", "produced"), edge("models:/m-1", "runs:/a", "read_by")],
  };

  expect(drawLineage(circle, 5, 900).nodes).toHaveLength(2);
});

test("runs, versions, aliases and stages lead to their pages, what is elsewhere to none", () => {
  expect(pageOfNode(node("runs:/ab", "run"))).toBe("/runs/ab");
  expect(pageOfNode(node("models:/a b@c/3", "version"))).toBe("/models/a%20b%40c/versions/3");
  expect(pageOfNode(node("models:/churn@champion", "alias"))).toBe("/models/churn");
  expect(pageOfNode({ ...node("runs:/ab", "run"), is_here: false })).toBe("");
  expect(pageOfNode(node("dataset:/d/customers", "dataset"))).toBe("");
});

test("what a thing led to is said in words", () => {
  expect(describeEdges("runs:/ab", graph)).toBe("produced logged model models:/m-1; is registered as version models:/churn/3");
});

test("a column that is cut keeps some of each kind, and a long one has cards of one line", () => {
  const aliases = Array.from({ length: 20 }, (_, index) => node(`models:/churn@a${index}`, "alias"));
  const targets = Array.from({ length: 20 }, (_, index) => node(`deployment:/t${index}`, "deployment"));
  const root = node("models:/churn/1", "version");
  const used: Lineage = {
    root: root.id,
    nodes: [root, ...aliases, ...targets],
    edges: [...aliases, ...targets].map(({ id }) => ({ source: root.id, target: id, kind: "named" })),
  };

  const cut = drawLineage(used, 6, 900);
  const whole = drawLineage(used, 100, 900);

  expect([...cut.hidden]).toEqual([["alias", 17], ["deployment", 17]]);
  expect([cut.isCompact, whole.isCompact, whole.hidden.size]).toEqual([false, true, 0]);
  expect(whole.cardHeight).toBeLessThan(cut.cardHeight);
});
