# Lives through moves between a keyring and files, and through a locked keyring. Runs on a bus of its own.
# Prints one JSON document of the program on each line.
set -u
seq() { "$NODE" "$PROGRAM" key "$@" --json; }
printf 'a\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
seq import hot --backend secret-service --from-file "$SECRET_FILE"
# What a crash leaves before the new backend is noted: a copy of the same key where it shall be.
seq backup hot --output "$METIS_SEQ_HOME/keys/hot.json" --backup-password-file "$PASSWORD_FILE"
seq move hot --backend file --password-file "$PASSWORD_FILE"
cp "$METIS_SEQ_HOME/keys/hot.json" "$METIS_SEQ_HOME/copy.json"
seq move hot --backend secret-service --password-file "$PASSWORD_FILE"
# What a crash leaves before the old copy is deleted.
cp "$METIS_SEQ_HOME/copy.json" "$METIS_SEQ_HOME/keys/hot.json"
seq move hot --backend secret-service
# A file of someone else's key where this one shall be.
cp "$FOREIGN_FILE" "$METIS_SEQ_HOME/keys/hot.json"
seq move hot --backend file --password-file "$PASSWORD_FILE"
rm "$METIS_SEQ_HOME/keys/hot.json"
for after in 0.3 0.8 1.3 2; do
  timeout -s KILL "$after" "$NODE" "$PROGRAM" key move hot --backend file --password-file "$PASSWORD_FILE" >/dev/null 2>&1
  seq show hot --reveal --yes --password-file "$PASSWORD_FILE"
  seq move hot --backend secret-service --password-file "$PASSWORD_FILE" >/dev/null 2>&1
done
gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
  --method org.freedesktop.Secret.Service.Lock "['/org/freedesktop/secrets/collection/login']" >/dev/null
for try in show move delete; do
  case $try in
    show) seq show hot --reveal --yes ;;
    move) seq move hot --backend file --password-file "$PASSWORD_FILE" ;;
    delete) seq delete hot --yes --override no-backup ;;
  esac
done
seq list
