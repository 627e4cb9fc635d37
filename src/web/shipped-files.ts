import { join } from 'node:path';

/** The folder of views, assets and messages. By way of the parent: in the program made into one file, `bundle` lies beside `web`. */
export const SHIPPED_FILES = join(import.meta.dirname, '../web');
