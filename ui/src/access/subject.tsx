import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Level } from "../api/schema";
import { Icon } from "../shell/icons";
import { Popover } from "../shell/popover";
import css from "./mark.module.css";
import { refusalOf, type Thing } from "./rights";
import { me, refreshRights } from "./session";

const Context = createContext<readonly Thing[]>([]);

export const experiments = (...ids: readonly string[]): readonly Thing[] => ids.map((resource) => ({ kind: "experiment", resource }));

export const models = (...names: readonly string[]): readonly Thing[] => names.map((resource) => ({ kind: "registered_model", resource }));

/** Say what a part of the page is about, so that everything in it knows what the reader may do. */
export function Subject({ things, children }: { readonly things: readonly Thing[]; readonly children: ComponentChildren }) {
  return <Context.Provider value={things}>{children}</Context.Provider>;
}

/** Return why the reader may not do something with what the page is about; empty if they may. */
export function useRefusal(needed: Level): string {
  const things = useContext(Context);
  return refusalOf(me.value, things, needed);
}

/** Return why the reader may not do something with these things; empty if they may. */
export const whyNot = (things: readonly Thing[], needed: Level): string => refusalOf(me.value, things, needed);

/** Say that what the page is about can only be read, and why; nothing for who may edit it. */
export function ReadOnlyMark() {
  const refusal = useRefusal("EDIT");
  const subject = JSON.stringify(useContext(Context));
  // A program of the reader may have made it a moment ago.
  useEffect(() => {
    if (refusal) void refreshRights().catch(() => undefined);
  }, [subject]);
  return <Mark why={refusal} />;
}

/** Say that something can only be read, and why; nothing without a reason. */
export function Mark({ why }: { readonly why: string }) {
  if (!why) return null;
  return (
    <Popover label="Read only: why?" buttonClass={`button small ${css.mark}`} trigger={<><Icon name="lock" small /> Read only</>}>
      {() => <p class={css.why}>{why}</p>}
    </Popover>
  );
}
