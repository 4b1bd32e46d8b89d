import { Icon } from "../shell/icons";
import { BlockFields } from "./block-fields";
import { BlockView } from "./block-view";
import { BLOCK_NAMES, type Block } from "./report";
import css from "./reports.module.css";

interface BlockEditorProps {
  readonly block: Block;
  readonly place: number;
  readonly count: number;
  readonly onChange: (block: Block) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

/** A block while it is written, with what it will look like below. */
export function BlockEditor({ block, place, count, onChange, onMove, onRemove }: BlockEditorProps) {
  const label = `${BLOCK_NAMES[block.type]}, block ${place + 1}`;
  return (
    <section class={css.editor} aria-label={label}>
      <header>
        <b>{BLOCK_NAMES[block.type]}</b>
        <button type="button" class="button small quiet" aria-label={`Move up: ${label}`} disabled={place === 0} onClick={() => onMove(-1)}>
          Up
        </button>
        <button type="button" class="button small quiet" aria-label={`Move down: ${label}`} disabled={place === count - 1} onClick={() => onMove(1)}>
          Down
        </button>
        <button type="button" class="button small quiet" aria-label={`Remove: ${label}`} onClick={onRemove}>
          <Icon name="close" small />
        </button>
      </header>
      <BlockFields block={block} onChange={onChange} />
      <div class={css.preview}>
        <BlockView block={block} />
      </div>
    </section>
  );
}
