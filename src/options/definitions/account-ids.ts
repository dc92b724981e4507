import { ValueError } from '../../errors.js';

/** The accounts of a comma-separated list, each once. @throws ValueError */
export function accountIds(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (wrong === undefined) return [...new Set(ids)];
  throw new ValueError(`"${wrong}" is not an account ID`, 'an account ID has 12 digits');
}
