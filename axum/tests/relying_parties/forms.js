// Parses the forms and links of pages, and computes the codes of authenticator apps.

import { createHmac } from "node:crypto";

/** The forms of a page: their actions, fields and buttons. */
export function forms(page) {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, start, content]) => ({
    action: attributes(start).action,
    fields: [...content.matchAll(/<input\b([^>]*)>/g)].map(([, input]) => ({ value: "", ...attributes(input) })),
    buttons: [...content.matchAll(/<button\b([^>]*)>/g)].map(([, button]) => attributes(button)),
  }));
}

/** The targets of the links of a page. */
export function links(page) {
  return [...page.matchAll(/<a\b([^>]*)>/g)].map(([, start]) => attributes(start).href);
}

function attributes(tag) {
  const pairs = tag.matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s"]+))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, bare]) => [name, unescape(quoted ?? bare)]));
}

function unescape(text) {
  const entities = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal, hex, name) => {
    if (name) return entities[name] ?? all;
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** The TOTP code for a Base32 secret (RFC 6238). */
export function totp(secret, seconds = Date.now() / 1000) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const hash = createHmac("sha1", key).update(step).digest();
  const code = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}
