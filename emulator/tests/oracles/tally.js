// Counts the checks of each family, and reports the failures.

import assert from "node:assert/strict";

const families = new Map();
let failures = 0;

/** Runs one check. A failure is printed, and the other checks go on. */
export async function check(family, name, run) {
  const counts = families.get(family) ?? { passed: 0, total: 0 };
  families.set(family, counts);
  counts.total += 1;
  try {
    await run();
    counts.passed += 1;
  } catch (error) {
    failures += 1;
    console.error(`${family}: ${name}: ${error.stack}`);
  }
}

/** None of the variants of a token may pass a check. */
export async function rejectsEach(variants, verify) {
  for (const [index, variant] of variants.entries()) {
    await assert.rejects(async () => verify(variant), undefined, `accepted although tampered with (variant ${index})`);
  }
}

/** Prints one line for each family. Returns whether all checks passed. */
export function report() {
  for (const [family, { passed, total }] of families) console.log(`${family}: ${passed} of ${total}`);
  return failures === 0 && families.size > 0;
}
