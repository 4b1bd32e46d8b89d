import { describe, expect, it } from "vitest";
import { readTiff, TiffError } from "./directory";
import { paintTiff } from "./paint";

// Written by Pillow: 6 × 4 pixels, whose colours grow by 3 to the right, 7 downward, and 40 and 50 from red to green to blue.
const RGB = {
  "as it is": "SUkqAAgAAAAKAAABBAABAAAABgAAAAEBBAABAAAABAAAAAIBAwADAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABAAAAAgAAABEBBAABAAAAjAAAABUBAwABAAAAAwAAABYBBAABAAAABAAAABcBBAABAAAASAAAABwBAwABAAAAAQAAAAAAAAAIAAgACAAAKFoDK10GLmAJMWMMNGYPN2kHL2EKMmQNNWcQOGoTO20WPnAONmgROWsUPG4XP3EaQnQdRXcVPW8YQHIbQ3UeRnghSXskTH4=",
  "LZW": "SUkqAFwAAACAAAUFoBisugYXGAEjExgwaGYHjc0gcXmEFDIyA0amcIDg1BMdm0LD44A4bGgIjk1hQeG4Lj84hohHQOkU7hUem8MEA5BshnUPEY8CEknsSEw/QEAKAAABAwABAAAABgAAAAEBAwABAAAABAAAAAIBAwADAAAA2gAAAAMBAwABAAAABQAAAAYBAwABAAAAAgAAABEBBAABAAAACAAAABUBAwABAAAAAwAAABYBAwABAAAABAAAABcBBAABAAAAVAAAABwBAwABAAAAAQAAAAAAAAAIAAgACAA=",
  "PackBits": "SUkqAFQAAAARAChaAytdBi5gCTFjDDRmDzdpEQcvYQoyZA01ZxA4ahM7bRY+cBEONmgROWsUPG4XP3EaQnQdRXcRFT1vGEByG0N1HkZ4IUl7JEx+CgAAAQMAAQAAAAYAAAABAQMAAQAAAAQAAAACAQMAAwAAANIAAAADAQMAAQAAAAWAAAAGAQMAAQAAAAIAAAARAQQAAQAAAAgAAAAVAQMAAQAAAAMAAAAWAQMAAQAAAAQAAAAXAQQAAQAAAEwAAAAcAQMAAQAAAAEAAAAAAAAACAAIAAgA",
  "deflate, as differences": "SUkqACQAAAB4nGPQiGJGBez6iWgifGYZaCKitvloIgB/IgM7CwAAAQMAAQAAAAYAAAABAQMAAQAAAAQAAAACAQMAAwAAAK4AAAADAQMAAQAAAAgAAAAGAQMAAQAAAAIAAAARAQQAAQAAAAgAAAAVAQMAAQAAAAMAAAAWAQMAAQAAAAQAAAAXAQQAAQAAABwAAAAcAQMAAQAAAAEAAAA9AQMAAQAAAAIAAAAAAAAACAAIAAgA",
};
const DEEP = "SUkqAAgAAAAJAAABBAABAAAABgAAAAEBBAABAAAABAAAAAIBAwABAAAAEAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAegAAABYBBAABAAAABAAAABcBBAABAAAAMAAAABwBAwABAAAAAQAAAAAAAAAAAOgD0Ae4C6APiBOIE3AXWBtAHygjECcQJ/gq4C7IMrA2mDqYOoA+aEJQRjhKIE4=";
const FLOATS = "SUkqAAgAAAAKAAABBAABAAAABgAAAAEBBAABAAAABAAAAAIBAwABAAAAIAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAhgAAABYBBAABAAAABAAAABcBBAABAAAAYAAAABwBAwABAAAAAQAAAFMBAwABAAAAAwAAAAAAAAAAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8AAIC/AABAvwAAAL8AAIC+AAAAAAAAgD4AAADAAADgvwAAwL8AAKC/AACAvwAAQL8AAEDAAAAwwAAAIMAAABDAAAAAwAAA4L8=";
const BILEVEL = "SUkqAAgAAAAIAAABBAABAAAABgAAAAEBBAABAAAABAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAbgAAABYBBAABAAAABAAAABcBBAABAAAABAAAABwBAwABAAAAAQAAAAAAAABUqFSo";

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const set = (file: Uint8Array, tag: number, value: number) => {
  const changed = file.slice();
  const view = new DataView(changed.buffer);
  const at = view.getUint32(4, true);
  for (let entry = at + 2; entry < at + 2 + 12 * view.getUint16(at, true); entry += 12) {
    if (view.getUint16(entry, true) === tag) view.setUint16(entry + 8, value, true);
  }
  return changed;
};

async function paint(file: Uint8Array) {
  const [page] = readTiff(file);
  if (!page) throw new Error("no page");
  return { page, ...(await paintTiff(file, page)) };
}

describe("paintTiff", () => {
  it.each(Object.entries(RGB))("reads colours that are packed %s", async (_, text) => {
    const { page, pixels, range } = await paint(bytesOf(text));

    expect([page.width, page.height, range]).toEqual([6, 4, null]);
    for (let at = 0; at < 24; at++) {
      const red = 3 * (at % 6) + 7 * Math.floor(at / 6);
      expect(Array.from(pixels.slice(4 * at, 4 * at + 4))).toEqual([red, red + 40, red + 90, 255]);
    }
  });

  it("spreads more shades than a screen has from black to white, and says which they are", async () => {
    const deep = await paint(bytesOf(DEEP));
    const floats = await paint(bytesOf(FLOATS));

    expect(deep.range).toEqual([0, 20_000]);
    expect([deep.pixels[0], deep.pixels[4 * 6], deep.pixels[4 * 23]]).toEqual([0, 64, 255]);
    expect(floats.range).toEqual([-3, 1.25]);
  });

  it("reads black and white", async () => {
    const { pixels } = await paint(bytesOf(BILEVEL));

    expect([0, 1, 6, 7].map((at) => pixels[4 * at])).toEqual([0, 255, 255, 0]);
  });

  it("paints what is there of a file that breaks off within the picture", async () => {
    const { pixels } = await paint(bytesOf(RGB["as it is"]).slice(0, -20));

    expect([pixels[0], pixels[4 * 23]]).toEqual([0, 0]);
  });

  it("says what it cannot read", async () => {
    const file = bytesOf(RGB["as it is"]);

    await expect(paint(set(file, 259, 7))).rejects.toThrow("packed as JPEG");
    await expect(paint(set(file, 262, 6))).rejects.toThrow("YCbCr");
    expect(() => readTiff(file.slice(0, 60))).toThrow("not whole");
    expect(() => readTiff(set(set(file, 256, 65_535), 257, 65_535))).toThrow("too many");
    expect(() => readTiff(new TextEncoder().encode("no picture"))).toThrow(TiffError);
  });
});
