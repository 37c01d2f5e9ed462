/** Requests that one operation has under way. The client has a limit of its own for all operations together. */
export const requestsAtOnce = 64;
