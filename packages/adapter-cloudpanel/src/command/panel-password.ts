import { type Random, systemRandom } from "@hostelry/core/adapter";

/** Characters that arrive through `clpctl` as they are: 64 of them, six bits each. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** A password that every command of CloudPanel takes unharmed: 32 characters, 192 bits. A letter comes first, so that it is no option. */
export function newPanelPassword(random: Random = systemRandom): string {
  const password = [...random.bytes(32)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return /^[A-Za-z]/.test(password) ? password : `p${password.slice(1)}`;
}
