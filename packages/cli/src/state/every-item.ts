import { type HostingError, type Page, type ResultAsync, unwrap } from "@hostelry/core";

/** Everything that a listing has, page after page, as it is asked for. */
export async function* everyItem<T>(
  page: (after: string | undefined) => ResultAsync<Page<T>, HostingError>,
): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const { items, next } = await unwrap(page(after));
    yield* items;
    after = next;
  } while (after !== undefined);
}
