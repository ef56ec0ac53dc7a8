import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';

/** What strangers may read of people. */
@Injectable()
export class PublicNames {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  /** By user, those who have one; one question for a page. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) return new Map();
    const people = await this.database.sql
      .selectFrom('identity.users')
      .select(['id', 'email', 'display_name'])
      .where('id', 'in', [...new Set(userIds)])
      .execute();
    const named = people.map((person): [string, string | null] => [person.id, publicName(person)]);
    return new Map(named.filter((pair): pair is [string, string] => pair[1] !== null));
  }
}

/**
 * Who gave no name is called after the beginning of their address, which is most of it: such a name says to strangers where to write to, and
 * so does one that is an address. Null then. Pure.
 */
export function publicName(person: { readonly email: string; readonly display_name: string }): string | null {
  const name = person.display_name.trim();
  const [before = ''] = person.email.split('@', 1);
  const isAddress = name.includes('@') || name.toLowerCase() === before.toLowerCase();
  return name === '' || isAddress ? null : name;
}
