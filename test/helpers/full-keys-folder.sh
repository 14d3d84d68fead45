# A key in the keyring, and a folder of key files that is full. Runs on a bus and in mounts of its own.
set -u
seq() { "$NODE" "$PROGRAM" key "$@" --json; }
printf 'a\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
seq import hot --backend secret-service --from-file "$SECRET_FILE"
keys="$METIS_SEQ_HOME/keys"
mkdir "$keys"
mount -t tmpfs -o size=4k tmpfs "$keys"
head -c 100000 /dev/zero >"$keys/fill" 2>/dev/null
seq move hot --backend file --password-file "$PASSWORD_FILE"
seq show hot --reveal --yes
ls "$keys" >&2
umount "$keys"
seq move hot --backend file --password-file "$PASSWORD_FILE"
