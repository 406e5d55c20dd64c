/** age, of bytes that are in memory. It is given a stream and read as one: of bytes it makes a `Response`, for which Node loads its HTTP client (15 ms). */
import { Decrypter, Encrypter } from "age-encryption";

/** @param recipients `age1…` */
export async function encryptFor(recipients: readonly string[], plain: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const each of recipients) encrypter.addRecipient(each);
  return readAll(await encrypter.encrypt(streamOf(plain)));
}

/** Rejects where it is not for that identity, or not whole. @param identity `AGE-SECRET-KEY-1…` */
export async function decryptWith(identity: string, encrypted: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return readAll(await decrypter.decrypt(streamOf(encrypted)));
}

function streamOf(bytes: Uint8Array) {
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  const [only, ...more] = pieces;
  return only !== undefined && more.length === 0 ? only : new Uint8Array(Buffer.concat(pieces));
}
