import css from "./registry.module.css";

/** Grey lines while the first rows are on their way. */
export function RowSkeleton({ label }: { readonly label: string }) {
  return (
    <div class={css.skeleton} role="status" aria-label={label}>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
