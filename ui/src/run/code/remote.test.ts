import { expect, it } from "vitest";
import { readRemote } from "./remote";

it.each([
  ["git@github.com:team/project.git", "https://github.com/team/project/commit/abc", "https://github.com/team/project/tree/feature/x"],
  ["https://user:secret@github.com/team/project", "https://github.com/team/project/commit/abc", "https://github.com/team/project/tree/feature/x"],
  ["ssh://git@gitlab.example.com:2222/group/sub/project.git", "https://gitlab.example.com/group/sub/project/-/commit/abc", "https://gitlab.example.com/group/sub/project/-/tree/feature/x"],
  ["https://bitbucket.org/team/project.git", "https://bitbucket.org/team/project/commits/abc", "https://bitbucket.org/team/project/src/feature/x"],
])("%s has a page for its commits and branches", (address, commit, branch) => {
  const remote = readRemote(address);
  expect(remote?.commit("abc")).toBe(commit);
  expect(remote?.branch("feature/x")).toBe(branch);
  expect(remote?.label).not.toContain("secret");
});

it("names hosts whose pages it does not know without a link", () => {
  const remote = readRemote("git@git.internal.net:team/project.git");
  expect(remote?.label).toBe("git.internal.net/team/project");
  expect(remote?.commit("abc")).toBe("");
});

it.each(["", "/home/ada/project", "file:///srv/git/project", "C:/projects/x", "javascript://github.com/a/b"])("%s is no remote", (address) => {
  expect(readRemote(address)).toBe(null);
});
