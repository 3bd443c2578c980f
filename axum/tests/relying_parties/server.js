// What differs between the servers that the flows run against. SERVER chooses one: `full`, the example of authlete-axum, or
// `openid-provider`, the reference server.

import { readFileSync } from "node:fs";

/** The authentication context classes of a password, and of a password with a second factor. */
export const ACRS = ["https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"];

const servers = {
  full: {
    // Where users see the requests of clients that have no browser of theirs.
    phone: "/phone",
    users: {
      alice: { subject: "alice", password: "wonderland", code: "123456" },
      bob: { subject: "bob", password: "builder" },
    },
    secondFactorUser: "alice",
    lacks: {},
  },
  "openid-provider": {
    phone: "/requests",
    // sign_up.js made them.
    users: process.env.USERS && JSON.parse(readFileSync(process.env.USERS, "utf8")),
    secondFactorUser: "carol",
    lacks: {
      "protected resource": "it has no API of its own",
      "claims in a language": "users enter one name, and not in which language it is",
      credentials: "it issues no credentials",
    },
  },
};

const name = process.env.SERVER ?? "full";
export const server = servers[name];
if (!server) throw new Error(`SERVER: there is no ${name}`);

/** The option of a test that needs what not each server has. */
export const needs = (feature) => ({ skip: server.lacks[feature] ?? false });

/** The subject that tokens have for a user. */
export const subject = (user) => server.users[user].subject;
