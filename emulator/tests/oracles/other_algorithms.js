// The algorithms that the Web Cryptography API lacks, and with it the npm package `jose`. The Python package `jwcrypto` has
// them.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const isOther = (alg) => alg === "ES256K" || alg === "RSA1_5";

let child;
let answers;

/** Starts `other_algorithms.py`. */
export function start(python) {
  const program = fileURLToPath(new URL("other_algorithms.py", import.meta.url));
  child = spawn(python, [program], { stdio: ["pipe", "pipe", "inherit"] });
  answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

export function stop() {
  child.stdin.end();
}

/** Calls a function of `other_algorithms.py`. One call at a time. */
export async function call(operation, parameters) {
  child.stdin.write(`${JSON.stringify({ operation, ...parameters })}\n`);
  const { value: line, done } = await answers.next();
  if (done) throw new Error("other_algorithms.py has ended");
  const { value, error } = JSON.parse(line);
  if (error !== undefined) throw new Error(error);
  return value;
}
