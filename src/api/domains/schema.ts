import { z } from 'zod';
import { listOf, text, time } from '../schemas.js';

const status = z.enum(['pending', 'verified']);

export const domain = z
  .strictObject({
    id: text.meta({ examples: ['dom_01JX0000000000000000000000'] }),
    name: text.meta({
      description: 'In ASCII, as the domain name system has it.',
      examples: ['xn--mller-kva.example'],
    }),
    displayName: text.meta({ description: 'As people read it.', examples: ['müller.example'] }),
    status,
    verifiedAt: time.nullable(),
    verifiedBy: z.enum(['dns', 'operator']).nullable().meta({ description: 'What proved it.' }),
    lastCheckedAt: time.nullable().meta({ description: 'When the record was looked for last.' }),
    record: z
      .strictObject({
        name: text.meta({ examples: ['_rollcall.acme.example'] }),
        type: z.literal('TXT'),
        value: text.meta({ examples: ['rollcall-verification=TOKEN'] }),
      })
      .meta({ description: 'What has to be in the domain name system to prove it.' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Domain' });

export const domainList = listOf('DomainList', domain);

export const newDomain = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(300)
      .meta({ examples: ['acme.example'] }),
  })
  .meta({ id: 'NewDomain', examples: [{ name: 'acme.example' }] });

export const domainChange = z
  .strictObject({ status: z.literal('verified') })
  .meta({ id: 'DomainChange', examples: [{ status: 'verified' }] });
