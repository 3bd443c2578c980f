// Signs up the test users at the reference server, and prints their subjects and passwords as JSON. ISSUER is its issuer
// URL.

import { decodeJwt } from "jose";
import { Browser } from "./browser.js";
import { REDIRECT_URI } from "./keys.js";

const issuer = process.env.ISSUER;
const users = {
  alice: { password: "down-the-rabbit-hole" },
  bob: { password: "builder-of-things" },
  // Set up a second factor, each in one test. The other users have none, because each code is valid only once and for 30
  // seconds.
  carol: { password: "a-christmas-carol" },
  dave: { password: "a-name-of-a-friend" },
};

for (const [name, user] of Object.entries(users)) {
  const browser = new Browser(issuer);
  await browser.open(`${issuer}/sign-up`);
  const displayName = name[0].toUpperCase() + name.slice(1);
  await browser.send({ name, display_name: displayName, email: `${name}@example.com`, password: user.password });
  // No page shows the subject, so read it from an ID token. A separate client keeps this consent out of the tests.
  const request = new URLSearchParams({
    client_id: "subjects",
    redirect_uri: REDIRECT_URI,
    response_type: "id_token",
    scope: "openid",
    nonce: "nonce",
  });
  const url = await browser.authorize(`${issuer}/authorize?${request}`);
  user.subject = decodeJwt(new URLSearchParams(url.hash.slice(1)).get("id_token")).sub;
}
console.log(JSON.stringify(users));
