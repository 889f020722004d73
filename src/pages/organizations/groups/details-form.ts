import { message } from '../../../texts/message.js';
import type { Faults } from '../../view/framed.js';

const NAME_MAX = 200;
const DESCRIPTION_MAX = 1000;

/** What a group is called and what it is for, as typed, with what is wrong with it. */
export interface GroupDetails {
  name: string;
  description: string;
  errors: Faults<'name' | 'description'>;
}

export function typedDetails(typedName: string, typedDescription: string): GroupDetails {
  const name = typedName.trim();
  const description = typedDescription.trim();
  const errors: GroupDetails['errors'] = {
    ...(name ? {} : { name: message('fault-nameless') }),
    ...([...name].length > NAME_MAX ? { name: message('fault-too-long', { most: NAME_MAX }) } : {}),
    ...([...description].length > DESCRIPTION_MAX
      ? { description: message('fault-too-long', { most: DESCRIPTION_MAX }) }
      : {}),
  };
  return { name, description, errors };
}
