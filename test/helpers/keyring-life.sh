# The life of keys in the keyring backend $BACKEND, next to files and to the other keyring library $OTHER, and
# with the keyring locked. Runs on a bus of its own. Prints a label, a tab and one JSON document per line.
set -u
export XDG_RUNTIME_DIR="$METIS_SEQ_HOME/run"
mkdir -m 700 "$XDG_RUNTIME_DIR"
files="$METIS_SEQ_HOME/keys"
step() {
  printf '%s\t' "$1"
  shift
  "$NODE" --require "$DERIVE_ONCE" "$PROGRAM" key "$@" --json
}
in_file="--backend file --password-file $PASSWORD_FILE"

printf 'a\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
step made create made --backend "$BACKEND"
step imported import hot --backend "$BACKEND" --from-file "$SECRET_FILE"
step again create hot --backend "$BACKEND"
step node import node --backend "$BACKEND" --from-file "$NODE_KEY_FILE"
step shown show hot --reveal --yes
step where where
step public export-public hot --spelling compressed
step themis export-themis hot --with node --output "$METIS_SEQ_HOME/themis" --reveal --yes
step nodeMoved move node $in_file
step nodeBack move node --backend "$BACKEND" --password-file "$PASSWORD_FILE"
step nodeShown show node --reveal --yes

# What a crash leaves before the new backend is noted: a copy of the same key where it shall be.
step backup backup hot --output "$files/hot.json" --backup-password-file "$PASSWORD_FILE"
step moved move hot $in_file
cp "$files/hot.json" "$METIS_SEQ_HOME/copy.json"
step back move hot --backend "$BACKEND" --password-file "$PASSWORD_FILE"
# What a crash leaves before the old copy is deleted.
cp "$METIS_SEQ_HOME/copy.json" "$files/hot.json"
step ended move hot --backend "$BACKEND"
# A file of someone else's key where this one shall be.
cp "$FOREIGN_FILE" "$files/hot.json"
step blocked move hot $in_file
rm "$files/hot.json"

# Two libraries, one keyring.
step other move hot --backend "$OTHER"
step otherShown show hot --reveal --yes
step home move hot --backend "$BACKEND"
step homeShown show hot --reveal --yes

for after in 0.3 0.8 1.3 2; do
  timeout -s KILL "$after" "$NODE" --require "$DERIVE_ONCE" "$PROGRAM" key move hot $in_file >/dev/null 2>&1
  step "killed$after" show hot --reveal --yes --password-file "$PASSWORD_FILE"
  step "ended$after" move hot --backend "$BACKEND" --password-file "$PASSWORD_FILE"
done

gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
  --method org.freedesktop.Secret.Service.Lock "['/org/freedesktop/secrets/collection/login']" >/dev/null
step lockedShow show hot --reveal --yes
step lockedMove move hot $in_file
step lockedBackup backup hot --output "$METIS_SEQ_HOME/locked.json" --backup-password-file "$PASSWORD_FILE"
step lockedDelete delete hot --confirm hot --override no-backup
step lockedCreate create late --backend "$BACKEND"
step lockedList list

printf 'a\n' | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1
step unlocked show hot --reveal --yes
step deleted delete hot --confirm hot --override no-backup
step deletedMade delete made --confirm made --override no-backup
step gone show hot
step last list
