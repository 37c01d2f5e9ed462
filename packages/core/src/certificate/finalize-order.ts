import { hasCode } from "../errors/index.ts";
import { flow, type ResultAsync } from "../result/index.ts";
import { type CertificateRecord, certificateKeyContext } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { type WorkError, writeRecord } from "./certificate-work.ts";
import { type OrderWork, orderFailed, pollOrder } from "./order-work.ts";

/** Hands the signing request in. Key and request are kept before, so that whoever goes on hands in the same one and has its key. */
export function finalizeOrder(
  ports: CertificatePorts,
  record: CertificateRecord,
  work: OrderWork,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { used, orderId } = work;
  const options = { signal: call.signal };
  return flow(async function* () {
    let current = record;
    let order = work.order;
    if (order.signingRequest === undefined) {
      const made = await ports.newSigningRequest({ names: record.names });
      if (made.isErr()) return orderFailed(ports, current, work, made.error, "vault", call);
      const key = new TextEncoder().encode(made.value.privateKeyPem);
      const sealed = await ports.vault.seal(key, certificateKeyContext(record.id), options);
      if (sealed.isErr()) return orderFailed(ports, current, work, sealed.error, "vault", call);
      const signingRequest = Buffer.from(made.value.signingRequest).toString("base64");
      order = { ...order, privateKey: sealed.value, signingRequest };
      current = yield* writeRecord(ports, current, { order }, call);
    }
    const going = { ...work, order };
    const signingRequest = new Uint8Array(Buffer.from(order.signingRequest ?? "", "base64"));
    const handedIn = await used.authority.finalizeOrder({ orderId, signingRequest }, options);
    if (handedIn.isOk()) {
      // Some issue at once; then it is fetched without a pause.
      if (handedIn.value.status !== "valid") return pollOrder(ports, current, going, handedIn.value, call);
      return writeRecord(ports, current, { order: { ...order, nextAt: undefined } }, call);
    }
    if (hasCode(handedIn.error, "CERTIFICATE_ORDER_NOT_READY"))
      return pollOrder(ports, current, going, { retryAfterMs: null }, call);
    return orderFailed(ports, current, going, handedIn.error, "authority", call);
  });
}
