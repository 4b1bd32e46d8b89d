/** The mark of the product, which the page has as its icon already. */
export function Logo({ size }: { readonly size?: number }) {
  return <img src={document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href} alt="" width={size} height={size} />;
}
