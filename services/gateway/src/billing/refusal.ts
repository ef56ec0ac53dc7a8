/** What was paid is not what was offered, or not ours: trying again changes nothing, and somebody has to look. */
export class BillingRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BillingRefusal';
  }
}
