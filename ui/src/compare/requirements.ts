/** A list of installed packages as names and versions. */

const LINE = /^(?<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?<rest>.*)$/;

/** Read requirements, one a line; options, comments and blank lines are passed over. */
export function readRequirements(text: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  for (const line of text.split("\n")) {
    const plain = line.replace(/(^|\s)#.*$/, "").trim();
    const groups = LINE.exec(plain)?.groups;
    if (!groups) continue;
    const { name = "", rest = "" } = groups;
    const version = rest.replace(/^===?\s*/, "").trim();
    packages.set(name.toLowerCase().replaceAll(/[-_.]+/g, "-"), version || "any version");
  }
  return packages;
}
