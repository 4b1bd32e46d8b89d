/**
 * A grid of any length over a fixed number of row elements. Scrolling moves and refills the rows that left the view;
 * no element is created, so 10,000 rows cost what 40 do.
 */

import css from "./grid.module.css";
import { type HeaderGestures, makeGrip, watchHeader } from "./header-gestures";
import { keep, recall } from "../lib/entry";
import { isFields } from "../lib/read";
import { columnsInView, offsetsOf, rowsInView, scrollToRow, type Span } from "./window";

/** The content of one cell element; `show` is called whenever the element stands for another row. */
export interface CellView {
  readonly element: HTMLElement;
  show(row: number): void;
}

export interface GridColumn {
  readonly id: string;
  readonly width: number;
  readonly isFrozen: boolean;
  readonly isNumeric: boolean;
  readonly header: () => HTMLElement;
  readonly cell: () => CellView;
  readonly sort?: "ascending" | "descending" | undefined;
  /** Whether its width is dragged, and whether it is. */
  readonly isResizable?: boolean;
  readonly isMovable?: boolean;
}

export interface GridModel {
  readonly label: string;
  readonly isTree: boolean;
  readonly columns: readonly GridColumn[];
  readonly rowCount: number;
  /** In pixels; `ROW_HEIGHT` unless it is given. */
  readonly rowHeight?: number | undefined;
  /** Absent if rows cannot be selected. */
  readonly isSelected?: ((row: number) => boolean) | undefined;
  /** Level in a tree, from 1, and whether children show; null if the row has none. */
  level(row: number): number;
  /** What tells a row from others while rows come and go; absent if they do not. */
  readonly keyOf?: ((row: number) => string) | undefined;
  /** What the rows answer: for another question they begin at the top. */
  readonly question?: string | undefined;
  isExpanded(row: number): boolean | null;
  /** What dragging in the header does; absent if nothing. */
  readonly gestures?: HeaderGestures | undefined;
}

export const ROW_HEIGHT = 28;
export const HEADER_HEIGHT = 32;
const SPARE_ROWS = 10;
const COLUMN_STEP = 4;
/** The name of the place in the table among what is kept of a page. */
const PLACE = "grid";

/** Where the reader is, by the keys of rows, and how far above the first row the view begins. */
interface Places {
  readonly active: string;
  readonly top: string;
  readonly offset: number;
}

interface PooledRow {
  readonly element: HTMLElement;
  cells: readonly CellView[];
  index: number;
}

export class PooledGrid {
  readonly element: HTMLElement;
  readonly #header = make("div", css.header, "row");
  readonly #body = make("div", css.body, "rowgroup");
  readonly #observer: ResizeObserver;
  #pool: PooledRow[] = [];
  #model: GridModel;
  #columns: Span = { first: 0, end: 0 };
  #frozen: readonly GridColumn[] = [];
  #moving: readonly GridColumn[] = [];
  #offsets: readonly number[] = [0];
  #frozenWidth = 0;
  #width = 0;
  #height = 0;
  #active = 0;
  /** As it was drawn last: the model's rows may be others by the time that they are shown. */
  #places: Places = { active: "", top: "", offset: 0 };
  #isScheduled = false;
  #rowHeight = ROW_HEIGHT;

  constructor(host: HTMLElement, model: GridModel) {
    this.#model = model;
    this.element = make("div", css.grid, "grid");
    this.element.tabIndex = 0;
    this.#header.setAttribute("aria-rowindex", "1");
    const head = make("div", css.head, "rowgroup");
    head.append(this.#header);
    this.element.append(head, this.#body);
    this.element.addEventListener("scroll", () => this.#schedule(), { passive: true });
    this.element.addEventListener("scrollend", () => this.#keepPlace(), { passive: true });
    watchHeader(this.element, this.#header, () => this.#model.gestures);
    host.append(this.element);
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this.element);
    this.setModel(model);
    this.#begin();
    this.#measure();
  }

  destroy(): void {
    this.#observer.disconnect();
    this.element.remove();
  }

  /** The row that the keyboard acts on. */
  get active(): number {
    return this.#active;
  }

  get pageRows(): number {
    return Math.max(1, Math.floor((this.#height - HEADER_HEIGHT) / this.#rowHeight) - 1);
  }

  /** Show other data; the elements and the place stay: at the top, or at the rows in view wherever they went. */
  setModel(model: GridModel): void {
    const isOther = model.question !== this.#model.question;
    const rowHeight = model.rowHeight ?? ROW_HEIGHT;
    const isSameHeight = rowHeight === this.#rowHeight;
    const isSameShape = isSameHeight && sameColumns(this.#model.columns, model.columns) && this.#pool.length > 0;
    this.#model = model;
    this.#rowHeight = rowHeight;
    if (!isSameHeight) this.element.style.setProperty("--row", `${rowHeight}px`);
    this.element.setAttribute("role", model.isTree ? "treegrid" : "grid");
    this.element.setAttribute("aria-label", model.label);
    this.element.setAttribute("aria-rowcount", String(model.rowCount + 1));
    this.element.setAttribute("aria-colcount", String(model.columns.length));
    put(this.element, "aria-multiselectable", model.isSelected ? "true" : null);
    this.#frozen = model.columns.filter((column) => column.isFrozen);
    this.#moving = model.columns.filter((column) => !column.isFrozen);
    this.#offsets = offsetsOf(this.#moving.map((column) => column.width));
    this.#frozenWidth = this.#frozen.reduce((sum, column) => sum + column.width, 0);
    const width = `${this.#frozenWidth + (this.#offsets.at(-1) ?? 0)}px`;
    this.#header.style.width = width;
    this.#body.style.width = width;
    this.#body.style.height = `${model.rowCount * rowHeight}px`;
    if (isOther) this.#begin();
    else this.#follow();
    if (isSameShape) this.#fillHeader();
    else this.#rebuild();
    this.#draw(true);
  }

  #notePlaces(): void {
    const { keyOf, rowCount } = this.#model;
    const { scrollTop } = this.element;
    const top = Math.min(Math.ceil(scrollTop / this.#rowHeight), rowCount - 1);
    const keyAt = (row: number) => (keyOf && row >= 0 && row < rowCount ? keyOf(row) : "");
    this.#places = { active: keyAt(this.#active), top: scrollTop > 0 ? keyAt(top) : "", offset: top * this.#rowHeight - scrollTop };
  }

  /** Let the active row and those in view be the same as before, though others came before them. */
  #follow(): void {
    const { keyOf, rowCount } = this.#model;
    const { active, top, offset } = this.#places;
    if (!keyOf) {
      this.#active = Math.max(0, Math.min(this.#active, rowCount - 1));
      return;
    }
    const row = findRow(keyOf, active, rowCount);
    this.#active = Math.max(0, Math.min(row < 0 ? this.#active : row, rowCount - 1));
    const first = findRow(keyOf, top, rowCount);
    const scrollTop = first * this.#rowHeight - offset;
    if (first >= 0 && Math.abs(scrollTop - this.element.scrollTop) >= 1) this.element.scrollTop = scrollTop;
  }

  /** Begin at the top, or where the reader was before who comes back. */
  #begin(): void {
    const known = recall(PLACE);
    const read = (name: string): number => (isFields(known) ? Number(known[name] ?? 0) : 0);
    this.#active = Math.max(0, Math.min(read("active"), this.#model.rowCount - 1));
    this.element.scrollTo({ top: read("top"), left: isFields(known) ? read("left") : this.element.scrollLeft, behavior: "instant" });
  }

  #keepPlace(): void {
    if (!this.element.isConnected) return;
    const { scrollTop, scrollLeft } = this.element;
    keep(PLACE, { top: scrollTop, left: scrollLeft, active: this.#active });
  }

  /** Make a row the active one and scroll it into view. */
  activate(row: number): void {
    if (this.#model.rowCount === 0) return;
    this.#active = Math.max(0, Math.min(row, this.#model.rowCount - 1));
    const height = this.#height - HEADER_HEIGHT;
    this.element.scrollTop = scrollToRow(this.#active, this.element.scrollTop, height, this.#rowHeight);
    this.#keepPlace();
    this.#draw(true);
  }

  /** Return the row at an event, or -1. */
  rowAt(event: Event): number {
    const element = event.target instanceof Element ? event.target.closest("[data-row]") : null;
    return element instanceof HTMLElement ? Number(element.dataset["row"]) : -1;
  }

  #measure(): void {
    this.#width = this.element.clientWidth;
    this.#height = this.element.clientHeight;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      const columns = this.#findColumns();
      if (columns.first !== this.#columns.first || columns.end !== this.#columns.end) this.#rebuild();
      this.#draw(false);
    });
  }

  #findColumns(): Span {
    return columnsInView(this.#offsets, this.element.scrollLeft, this.#width - this.#frozenWidth, COLUMN_STEP);
  }

  #rebuild(): void {
    this.#columns = this.#findColumns();
    for (const row of this.#pool) row.element.remove();
    this.#pool = [];
    this.#fillHeader();
  }

  #fillHeader(): void {
    const focused = this.#header.contains(document.activeElement) ? this.#focusedColumn() : "";
    this.#header.replaceChildren();
    this.#eachColumn((column, index, style) => {
      if (!column) {
        this.#header.append(makeSpacer(this.#offsets[this.#columns.first] ?? 0));
        return;
      }
      const cell = make("div", column.isNumeric ? `${css.cell} ${css.numeric}` : css.cell, "columnheader");
      dress(cell, column, index, style);
      if (column.sort) cell.setAttribute("aria-sort", column.sort);
      cell.append(column.header());
      if (column.isResizable) cell.append(makeGrip());
      if (column.isMovable) cell.dataset["movable"] = "";
      this.#header.append(cell);
      if (focused === column.id) cell.querySelector("button")?.focus();
    });
  }

  #focusedColumn(): string {
    const cell = document.activeElement?.closest("[data-column]");
    return cell instanceof HTMLElement ? (cell.dataset["column"] ?? "") : "";
  }

  /** Call `visit` with the frozen columns, then undefined for the gap, then the columns in view. */
  #eachColumn(visit: (column: GridColumn | undefined, index: number, left: number) => void): void {
    let left = 0;
    for (const [index, column] of this.#frozen.entries()) {
      visit(column, index, left);
      left += column.width;
    }
    visit(undefined, -1, 0);
    const { first, end } = this.#columns;
    for (const [index, column] of this.#moving.slice(first, end).entries()) {
      visit(column, this.#frozen.length + first + index, 0);
    }
  }

  #makeRow(): PooledRow {
    const element = make("div", css.row, "row");
    const cells: CellView[] = [];
    this.#eachColumn((column, index, left) => {
      if (!column) {
        element.append(makeSpacer(this.#offsets[this.#columns.first] ?? 0));
        return;
      }
      const view = column.cell();
      view.element.classList.add(css.cell ?? "");
      if (column.isNumeric) view.element.classList.add(css.numeric ?? "");
      view.element.setAttribute("role", column.id === "name" ? "rowheader" : "gridcell");
      dress(view.element, column, index, left);
      cells.push(view);
      element.append(view.element);
    });
    this.#body.append(element);
    return { element, cells, index: -1 };
  }

  #draw(isStale: boolean): void {
    const { rowCount } = this.#model;
    const { scrollTop } = this.element;
    const { first, end } = rowsInView(scrollTop, this.#height - HEADER_HEIGHT, this.#rowHeight, rowCount, SPARE_ROWS);
    while (this.#pool.length < end - first) this.#pool.push(this.#makeRow());
    const size = this.#pool.length;
    for (const [slot, row] of this.#pool.entries()) {
      const index = first + ((((slot - first) % size) + size) % size);
      if (index >= end) this.#hide(row);
      else if (isStale || row.index !== index) this.#show(row, index);
    }
    this.#pointAtActive(first, end);
    this.#notePlaces();
  }

  #hide(row: PooledRow): void {
    if (row.index === -1) return;
    row.index = -1;
    row.element.hidden = true;
    row.element.removeAttribute("id");
  }

  #show(row: PooledRow, index: number): void {
    const { element } = row;
    if (row.index !== index) {
      element.hidden = false;
      element.style.transform = `translateY(${index * this.#rowHeight}px)`;
      element.setAttribute("aria-rowindex", String(index + 2));
      element.dataset["row"] = String(index);
      element.id = `grid-row-${index}`;
      row.index = index;
    }
    put(element, "aria-selected", this.#model.isSelected ? String(this.#model.isSelected(index)) : null);
    put(element, "data-active", index === this.#active ? "true" : null);
    const level = this.#model.level(index);
    put(element, "aria-level", this.#model.isTree ? String(level) : null);
    const isExpanded = this.#model.isExpanded(index);
    put(element, "aria-expanded", isExpanded === null ? null : String(isExpanded));
    for (const cell of row.cells) cell.show(index);
  }

  #pointAtActive(first: number, end: number): void {
    const isThere = this.#active >= first && this.#active < end;
    put(this.element, "aria-activedescendant", isThere ? `grid-row-${this.#active}` : null);
  }
}

function findRow(keyOf: (row: number) => string, key: string, rowCount: number): number {
  if (key === "") return -1;
  for (let row = 0; row < rowCount; row++) if (keyOf(row) === key) return row;
  return -1;
}

function put(element: HTMLElement, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function make(tag: string, className: string | undefined, role: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className ?? "";
  element.setAttribute("role", role);
  return element;
}

function makeSpacer(width: number): HTMLElement {
  const spacer = make("div", css.spacer, "presentation");
  spacer.style.width = `${width}px`;
  return spacer;
}

function dress(cell: HTMLElement, column: GridColumn, index: number, left: number): void {
  cell.style.width = `${column.width}px`;
  cell.setAttribute("aria-colindex", String(index + 1));
  cell.dataset["column"] = column.id;
  if (!column.isFrozen) return;
  cell.classList.add(css.frozen ?? "");
  cell.style.left = `${left}px`;
}

function sameColumns(left: readonly GridColumn[], right: readonly GridColumn[]): boolean {
  return (
    left.length === right.length &&
    left.every((column, index) => {
      const other = right[index];
      return column.id === other?.id && column.cell === other.cell && column.width === other.width && column.isFrozen === other.isFrozen;
    })
  );
}
