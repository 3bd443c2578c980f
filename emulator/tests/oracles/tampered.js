// Tokens with one change each, which make the check of a valid token fail.

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());

/** Replaces one character, all of whose bits count. */
const changed = (part) => {
  const middle = Math.floor((part.length - 1) / 2);
  return part.slice(0, middle) + (part[middle] === "A" ? "B" : "A") + part.slice(middle + 1);
};

/** The variants of a compact JWS or JWE. */
export function tampered(token) {
  const parts = token.split(".");
  const withPart = (index, change) => parts.with(index, change(parts[index])).join(".");
  if (parts.length === 3) {
    return [withPart(1, (payload) => encode({ ...decode(payload), sub: "mallory" })), withPart(2, changed)];
  }
  // With `dir` and `ECDH-ES` there is no encrypted key.
  const indexes = [1, 2, 3, 4].filter((index) => parts[index] !== "");
  return [
    withPart(0, (header) => encode({ ...decode(header), tampered: true })),
    ...indexes.map((index) => withPart(index, changed)),
  ];
}
