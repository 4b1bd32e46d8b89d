import css from "./registry.module.css";

interface RowSkeletonProps {
  readonly label: string;
  /** Whether it stands in the place of a whole page, which has a heading. */
  readonly isPage?: boolean;
}

/** Grey lines while the first rows are on their way. */
export function RowSkeleton({ label, isPage = false }: RowSkeletonProps) {
  return (
    <div class={css.skeleton} role="status" aria-label={label} data-holding>
      {isPage && <h1 class="visually-hidden">{label}</h1>}
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
