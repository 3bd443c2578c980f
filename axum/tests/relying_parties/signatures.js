// Wrong signatures, and the error that a strict client reports for them.

import assert from "node:assert/strict";

/** The same JWT, with one bit of its signature changed. */
export function withWrongSignature(jwt) {
  const [header, payload, signature] = jwt.split(".");
  const bytes = Buffer.from(signature, "base64url");
  assert.ok(bytes.length > 0, "the JWT has no signature");
  bytes[bytes.length >> 1] ^= 1;
  return [header, payload, bytes.toString("base64url")].join(".");
}

/** `fetch`, except that the ID token of a token response, and a response that is a JWT, have a wrong signature. */
export async function fetchWithWrongSignature(url, options) {
  const response = await fetch(url, options);
  const body = await response.text();
  const { status, headers } = response;
  const media = headers.get("content-type") ?? "";
  if (media.includes("jwt")) return new Response(withWrongSignature(body), { status, headers });
  const members = media.includes("json") ? JSON.parse(body) : {};
  if (!members.id_token) return new Response(body || null, { status, headers });
  return Response.json({ ...members, id_token: withWrongSignature(members.id_token) }, { status });
}

/** The call fails because of the signature, and of nothing else. */
export async function refusesSignature(call) {
  await assert.rejects(call, (error) => {
    const errors = [error, error.cause];
    assert.ok(errors.some((it) => it?.message === "JWT signature verification failed"), error);
    return true;
  });
}
