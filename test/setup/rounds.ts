/**
 * How often to do what can only be said with confidence after many rounds: few in every test run, all of them with
 * `HOSTELRY_ROUNDS=full`, which takes minutes for each suite.
 */
export function rounds<T>(all: T, few: T): T {
  return process.env["HOSTELRY_ROUNDS"] === "full" ? all : few;
}
