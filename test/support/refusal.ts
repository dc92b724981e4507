/** An error that an endpoint answers with. */
export class Refusal extends Error {
  readonly status: number;
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** What Athena says to a request that it does not take. */
export function invalid(message: string): Refusal {
  return new Refusal('InvalidRequestException', message);
}
