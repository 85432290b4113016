// Owns what each subscription opens, and what of its deliveries it shows. A field of Subscription is resolved once to open the stream, with
// its arguments checked as those of every field, and once for each delivery.

import { Refusal } from '../../core/errors.ts';
import type { Actor, Delivery, DoorDomain, Reader } from '../../domain/index.ts';
import type { GraphqlContext } from '../context.ts';
import type {
  SubscriptionAuditEventAddedArgs,
  SubscriptionResolvers,
  SubscriptionRestoreChangedArgs,
  SubscriptionSnapshotChangedArgs,
  SubscriptionStatusChangedArgs,
} from '../generated.ts';
import { given } from '../input.ts';

type Open<Args> = (
  streams: DoorDomain['streams'],
  actor: Actor,
  args: Args,
  reader: Reader,
) => Promise<AsyncGenerator<Delivery>>;

/** `shown`: the deliveries that say something here. */
function follows<Args>(open: Open<Args>, shown: readonly Delivery['kind'][]) {
  return async (_: unknown, args: Args, { domain, actor, subscription }: GraphqlContext): Promise<Delivery | null> => {
    if (!subscription) throw notHere();
    if (subscription.step === 'show') return subscription.delivery;
    const deliveries = await open(domain.streams, actor, args, subscription.reader);
    subscription.opened(deliveries, ({ kind }) => shown.includes(kind));
    return null;
  };
}

export const subscriptions = {
  restoreChanged: follows<SubscriptionRestoreChangedArgs>(
    ({ restore }, actor, args, reader) => restore(actor, given(args), reader),
    ['restoreChanged'],
  ),
  snapshotChanged: follows<SubscriptionSnapshotChangedArgs>(
    ({ snapshots }, actor, args, reader) => snapshots(actor, given(args), reader),
    ['ready', 'snapshotChanged'],
  ),
  jobsChanged: follows<object>(({ jobs }, actor, _, reader) => jobs(actor, {}, reader), ['jobsChanged']),
  statusChanged: follows<SubscriptionStatusChangedArgs>(
    ({ statuses }, actor, args, reader) => statuses(actor, given(args), reader),
    ['ready', 'statusChanged'],
  ),
  auditEventAdded: follows<SubscriptionAuditEventAddedArgs>(
    ({ auditEvents }, actor, args, reader) => auditEvents(actor, given(args), reader),
    ['ready', 'auditEventAdded'],
  ),
} satisfies Record<keyof SubscriptionResolvers, unknown>;

function notHere(): Refusal {
  return new Refusal(
    'invalid_request',
    'A subscription is not answered over HTTP. Nothing was done. Open a WebSocket at /graphql, with the protocol graphql-transport-ws.',
  );
}
