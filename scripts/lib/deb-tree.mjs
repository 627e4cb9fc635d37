// The folder that dpkg-deb packs: sums, modes, dates.
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, lutimesSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every entry below, relative, sorted; the folder itself is ''. */
function listEntries(tree) {
  return ['', ...readdirSync(tree, { recursive: true, encoding: 'utf8' }).sort()];
}

const isControl = (path) => path === 'DEBIAN' || path.startsWith('DEBIAN/');

/** For Installed-Size, as dpkg-gencontrol counts (deb-control(5)): files rounded up to whole KiB, 1 KiB for anything else. */
export function sizeInKib(tree) {
  let sum = 0;
  for (const path of listEntries(tree)) {
    if (isControl(path)) continue;
    const stat = lstatSync(join(tree, path));
    sum += stat.isFile() ? Math.ceil(stat.size / 1024) : 1;
  }
  return sum;
}

/** deb-md5sums(5); conffiles are not listed: they are meant to be changed. */
export function listChecksums(tree) {
  return listEntries(tree)
    .filter((path) => !isControl(path) && !path.startsWith('etc/') && lstatSync(join(tree, path)).isFile())
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(tree, path)))
          .digest('hex')}  ${path}\n`,
    )
    .join('');
}

/** Modes that do not depend on the umask (what begins with #!/ is a program), and one date for everything. */
export function settleFiles(tree, date) {
  // Folders last: a change inside sets their date.
  for (const path of listEntries(tree).reverse()) {
    const full = join(tree, path);
    chmodSync(full, lstatSync(full).isDirectory() || isProgram(full) ? 0o755 : 0o644);
    lutimesSync(full, date, date);
  }
}

function isProgram(file) {
  return /^#! ?\//.test(readFileSync(file).subarray(0, 4).toString('latin1'));
}

/** Puts values for @NAME@; a name without a value is an error. */
export function fillIn(text, values) {
  return text.replace(/@([A-Z_]+)@/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`the control file wants ${name}`);
    return String(values[name]);
  });
}
