import { step, UserError, type NextStep } from '../protocol/errors.ts';

/**
 * Why an endpoint gave no usable answer. `wait`: it may answer later (busy, unreachable, restarting). `broken`: it answered
 * with something else than its protocol. `refused`: asking again does not help.
 */
export type Trouble = 'wait' | 'broken' | 'refused';

/** One request that failed. `message` is a part of a sentence and holds no key. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly trouble: Trouble;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfterMs: number | undefined;
  /** The connection failed, so that another server may answer the next time. */
  readonly disconnected: boolean;
  readonly status: number | undefined;

  constructor(
    trouble: Trouble,
    message: string,
    more: {
      retryAfterMs?: number | undefined;
      disconnected?: boolean;
      status?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.trouble = trouble;
    this.retryAfterMs = more.retryAfterMs;
    this.disconnected = more.disconnected ?? false;
    this.status = more.status;
  }
}

/** Codes of failed connections that do not mend themselves, with what a person reads about them. */
const LASTING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is not known',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that this machine does not know',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is signed by an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  EPROTO: 'it does not speak TLS there (https://), or another version of it',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; its address may begin with http://',
};
const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'it cannot be reached in time',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  EAI_AGAIN: 'its host name cannot be looked up now',
};

/** A failed connection as an EndpointError; `error` is what Node threw. */
export function connectionError(error: unknown): EndpointError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const lasting = LASTING[code];
  if (lasting !== undefined) return new EndpointError('refused', lasting, { cause: error });
  const text = PASSING[code] ?? (code === '' ? 'the connection failed' : `the connection failed (${code})`);
  return new EndpointError('wait', text, { disconnected: true, cause: error });
}

/** The error that the user sees. `what` is what the endpoint was asked for. */
export function endpointUserError(url: string, error: EndpointError, what: string): UserError {
  return new UserError(
    `The endpoint ${url} cannot ${what}: ${error.message}.`,
    [...remedy(error), ...step`You can resume the run.`],
    1,
    { cause: error },
  );
}

function remedy({ message, status, trouble }: EndpointError): NextStep {
  if (message.includes('certificate'))
    return step`Set NODE_EXTRA_CA_CERTS to the file of its certificate, then start again.`;
  if (status === 401 || status === 403)
    return step`Put the right key into the variable that the endpoint names.`;
  if (trouble === 'refused') return step`Check the address, the kind and the model of the endpoint.`;
  return step`Check that the server runs, then try again.`;
}
