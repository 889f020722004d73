import { z } from 'zod';
import { BULK_KINDS, BULK_RESULTS, BULK_STATUSES } from '../../models/bulk-operation.js';
import { MOST_MEMBERS, tooManyMembers } from '../../services/bulk/select.js';
import { listOf, searched, text, time } from '../schemas.js';

const action = z.enum(BULK_KINDS);
const result = z.enum(BULK_RESULTS).meta({
  description:
    '`to_change`, `already` and `refused` are what a preview foresees. When a member was reached, `to_change` has become `changed`, or ' +
    'something else where they have changed meanwhile; `skipped` are those who weren’t reached before it was called off.',
});
const status = z.enum(['active', 'suspended']);
const reference = z.string().min(1).max(320);

/** Before any of them is looked at: each that isn't as it should be costs more than it took to send. */
function requireFew(members: unknown): unknown {
  if (Array.isArray(members) && members.length > MOST_MEMBERS) throw tooManyMembers();
  return members;
}

const filter = z
  .strictObject({
    role: reference.optional().meta({ description: 'Who holds this role, directly or by a group; by its key or id.' }),
    group: reference.optional().meta({ description: 'Who is in this group, by its name or id.' }),
    status: status.optional(),
    search: searched.optional(),
  })
  .meta({ description: 'Everyone whom each of these describes; an empty one is everyone.' });

export const newBulkOperation = z
  .strictObject({
    action,
    role: reference.optional().meta({ description: 'Of `give_role` and `take_role`: its key or id.' }),
    group: reference.optional().meta({ description: 'Of `add_to_group` and `remove_from_group`: its name or id.' }),
    until: time.optional().meta({ description: 'Until when the role or group is given.' }),
    members: z
      .preprocess(requireFew, z.array(reference).max(MOST_MEMBERS))
      .optional()
      .meta({ description: 'Ids of memberships or users, or e-mail addresses: 10,000 at most.' }),
    filter: filter.optional(),
  })
  .refine(({ members, filter }) => (members === undefined) !== (filter === undefined), 'expected members or a filter')
  .meta({
    id: 'NewBulkOperation',
    examples: [{ action: 'give_role', role: 'member', members: ['usr_01JX0000000000000000000000'] }],
  });

export const bulkOperation = z
  .strictObject({
    id: text.meta({ examples: ['blk_01JX0000000000000000000000'] }),
    action,
    role: text.nullable().meta({ description: 'Key of the role that it gives or takes.' }),
    group: text.nullable().meta({ description: 'Name of the group that it adds to or removes from.' }),
    until: time.nullable(),
    filter: z
      .strictObject({
        role: text.optional(),
        group: text.optional(),
        status: status.optional(),
        search: text.optional(),
      })
      .nullable()
      .meta({ description: 'Null where the members were named.' }),
    status: z.enum(BULK_STATUSES).meta({
      description:
        '`previewed` can be applied. `running` goes on by itself, also after a restart. `cancelled` was called off, `stopped` because whoever ' +
        'applied it has lost the right to.',
    }),
    total: z.int().meta({ description: 'Members that it is about.' }),
    reached: z.int().meta({ description: 'Those of them who have been reached.' }),
    counts: z
      .strictObject({
        to_change: z.int(),
        changed: z.int(),
        already: z.int(),
        refused: z.int(),
        skipped: z.int(),
      })
      .meta({ description: 'How many members have which result.' }),
    event: text.nullable().meta({ description: 'The audit event of which each member’s is a part.' }),
    undoOf: text.nullable().meta({ description: 'The operation that this one undoes.' }),
    undoneBy: text.nullable().meta({ description: 'The operation that undoes this one.' }),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    expiresAt: time.nullable().meta({
      description:
        'Until when a preview can be applied; afterwards, until when the results are kept and it can be undone.',
    }),
  })
  .meta({ id: 'BulkOperation' });

export const bulkOperationList = listOf('BulkOperationList', bulkOperation);

const bulkResult = z
  .strictObject({
    member: text.meta({ description: 'The id of the membership, or what was given where there is none.' }),
    userId: text.nullable(),
    name: text.nullable().meta({ description: 'Null of who is no member any more.' }),
    email: text.nullable(),
    result,
    code: text.nullable().meta({ description: 'Why it was refused.', examples: ['last_administrator'] }),
    message: text.nullable(),
    event: text.nullable().meta({ description: 'The audit event of the change.' }),
  })
  .meta({ id: 'BulkResult' });

export const bulkResultList = listOf('BulkResultList', bulkResult);

export const resultQuery = z.strictObject({
  result: z.enum(BULK_RESULTS).optional().meta({ description: 'Members with this result alone.' }),
});
