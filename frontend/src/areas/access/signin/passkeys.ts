/** WebAuthn between the server's JSON and the browser's buffers, by hand: office browsers are older than `toJSON` and `parse…FromJSON`. */
type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const found = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) found[index] = binary.charCodeAt(index);
  return found.buffer;
}
function text(buffer: ArrayBuffer): string {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
const known = (list: unknown) => ((list ?? []) as Json[]).map((entry) => ({ ...entry, id: bytes(String(entry.id)) }));

export const passkeysWork = (): boolean => typeof PublicKeyCredential !== "undefined" && typeof navigator.credentials !== "undefined";

/** The person closed the browser's window or let it time out. */
export const isCancelled = (error: unknown): boolean => error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError");

function told(credential: PublicKeyCredential, response: Json): Json {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(), authenticatorAttachment: credential.authenticatorAttachment, response };
}

/** Has a passkey sign the server's challenge. Throws what the browser throws; see `isCancelled`. */
export async function signWithPasskey(options: Json): Promise<Json> {
  const publicKey = { ...options, challenge: bytes(String(options.challenge)), allowCredentials: known(options.allowCredentials) } as unknown as PublicKeyCredentialRequestOptions;
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const signed = credential.response as AuthenticatorAssertionResponse;
  return told(credential, {
    clientDataJSON: text(signed.clientDataJSON),
    authenticatorData: text(signed.authenticatorData),
    signature: text(signed.signature),
    userHandle: signed.userHandle ? text(signed.userHandle) : null,
  });
}

/** Makes a passkey on this device. Throws what the browser throws; see `isCancelled`. */
export async function makePasskey(options: Json): Promise<Json> {
  const user = options.user as Json;
  const publicKey = {
    ...options,
    challenge: bytes(String(options.challenge)),
    user: { ...user, id: bytes(String(user.id)) },
    excludeCredentials: known(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const made = credential.response as AuthenticatorAttestationResponse;
  return told(credential, { clientDataJSON: text(made.clientDataJSON), attestationObject: text(made.attestationObject), transports: made.getTransports?.() ?? [] });
}
