import { Inject, Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '@shotloom/kernel';
import type { Config } from '../config';
import { CONFIG } from '../platform/parts';

/** OWASP's recommendation for Argon2id (which is the library's default variant): 19 MiB, two passes, one lane. */
export const PASSWORD_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const WAITING_PER_PLACE = 16;

/**
 * Argon2id with so many at a time: each takes memory and a thread, and strangers decide how many are asked for. Who would have to wait
 * long is sent away with 503.
 */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly places: number;
  /** Of a password that nobody knows: an unknown user costs what a known one does. */
  private readonly nobody = hash(crypto.randomUUID(), PASSWORD_COST);

  constructor(@Inject(CONFIG) config: Pick<Config, 'AUTH_HASHES_AT_A_TIME'>) {
    this.places = config.AUTH_HASHES_AT_A_TIME;
    // It is awaited where it is used.
    this.nobody.catch(() => undefined);
  }

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(prepare(password), PASSWORD_COST));
  }

  /** With null it does the same work and says no. */
  matches(password: string, stored: string | null): Promise<boolean> {
    return this.inTurn(async () => {
      const equal = await verify(stored ?? (await this.nobody), prepare(password));
      return equal && stored !== null;
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.places) await this.queue();
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place is handed over: it is never free between two.
      if (next) next();
      else this.running -= 1;
    }
  }

  private queue(): Promise<void> {
    if (this.waiting.length >= this.places * WAITING_PER_PLACE) {
      throw new AppError(
        'unavailable',
        'Too many people sign in at the same moment; try again in a moment.',
        {
          retryable: true,
          retryAfterMs: 1_000,
        },
      );
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** The same characters, however a keyboard composes them. */
function prepare(password: string): string {
  return password.normalize('NFC');
}
