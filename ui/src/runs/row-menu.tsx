import { hrefOf } from "../lib/location";
import { plural } from "../lib/format";
import { colorOfTag, HUE_CODES, styleOf } from "../lib/run-colors";
import { copyAndSay } from "../shell/copy";
import { Anchored, Menu } from "../shell/popover";
import type { Asking } from "./bulk-dialogs";
import { STARRED } from "./cells";
import { OWN_COLOR } from "./coloring";
import css from "./menus.module.css";
import type { Actions } from "./use-actions";
import type { Row, RunTable } from "./table";
import type { Change } from "./use-workspace";
import type { RunsView } from "./view-state";

interface RowMenuProps {
  readonly row: Row;
  readonly anchor: DOMRect;
  readonly members: readonly (readonly string[])[];
  readonly table: RunTable;
  readonly view: RunsView;
  readonly change: Change;
  readonly act: Actions;
  readonly mayEdit: boolean;
  readonly onAsk: (asking: Asking) => void;
  readonly onClose: () => void;
}

/** What can be done with one row. */
export function RowMenu({ row, anchor, members, table, view, change, act, mayEdit, onAsk, onClose }: RowMenuProps) {
  const id = table.id(row.run);
  const ids = row.run < 0 ? (members[row.group] ?? []) : [id];
  const isRun = row.run >= 0;
  const item = (text: string, work: () => unknown) => (
    <button
      type="button"
      onClick={() => {
        onClose();
        void work();
      }}
    >
      {text}
    </button>
  );
  const isSelected = ids.every((one) => view.selected.includes(one));
  const isStarred = table.text(STARRED, row.run) === "true";
  const gone = new Set(ids);
  return (
    <Anchored anchor={anchor} label="Menu of the row" onClose={onClose}>
      <Menu>
        {isRun && (
          <a href={hrefOf(`/runs/${id}`)} onClick={onClose}>
            Open
          </a>
        )}
        {isRun && item("Look at it in a drawer", () => change({ peek: id }))}
        {item(isSelected ? "Deselect" : `Select ${isRun ? "" : plural(ids.length, "run")}`.trim(), () =>
          change({ selected: isSelected ? view.selected.filter((one) => !gone.has(one)) : [...new Set([...view.selected, ...ids])] }),
        )}
        {isRun && mayEdit && !view.isArchive && item(isStarred ? "Take the star away" : "Star for everybody", () => act.star(id, !isStarred))}
        {mayEdit &&
          !view.isArchive &&
          item("Tag…", () => {
            change({ selected: ids });
            onAsk("tag");
          })}
        {isRun && item("Copy the run id", () => copyAndSay(id, "Run id"))}
        {mayEdit && !view.isArchive && (
          <Colors
            chosen={isRun ? colorOfTag(table.text(OWN_COLOR, row.run)) : null}
            onColor={(color) => {
              onClose();
              act.paint(ids, color);
            }}
          />
        )}
        {mayEdit && item(view.isArchive ? "Restore" : "Archive", () => act.archive(ids))}
      </Menu>
    </Anchored>
  );
}

/** The colours that lines and swatches of a run can have, for everybody. */
function Colors({ chosen, onColor }: { readonly chosen: string | null; readonly onColor: (color?: string) => void }) {
  return (
    <div class={css.colors} role="group" aria-label="Colour, for everybody">
      {HUE_CODES.map((code, hue) => {
        const { color } = styleOf(hue);
        return (
          <button key={code} type="button" aria-label={`Colour ${hue + 1}`} aria-pressed={chosen === color} onClick={() => onColor(code)}>
            <span style={{ background: color }} />
          </button>
        );
      })}
      <button type="button" disabled={chosen === null} onClick={() => onColor()}>
        None
      </button>
    </div>
  );
}
