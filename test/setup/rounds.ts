/**
 * How often to do what can only be said with confidence after many rounds: few in every test run, all of them with
 * `HOSTELRY_ROUNDS=full`, which takes minutes for each suite.
 */
export function rounds(all: number, few: number): number {
  return process.env["HOSTELRY_ROUNDS"] === "full" ? all : few;
}
