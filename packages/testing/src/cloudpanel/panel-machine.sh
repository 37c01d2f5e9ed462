#!/bin/sh
# Turns this machine, seen through an overlay that nobody else sees, into one with CloudPanel's layout, and runs sshd and nginx in it. Started in
# mount and process namespaces of its own: when the first process of these is killed, everything ends and nothing is left.
# $1: directory of the machine, $2: port of sshd, $3: port of HTTP, $4: port of HTTPS, $5: version, $6: least number of an account
set -eu
directory=$1 ssh_port=$2 http_port=$3 https_port=$4 version=$5 first_uid=$6
here=$(dirname "$0")
layers=$directory/layers
mkdir "$layers"
mount -t tmpfs -o size=512m,mode=755 tmpfs "$layers"
mkdir "$layers/upper" "$layers/work" "$layers/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$layers/root"
root=$layers/root
emulator=/var/lib/clpctl-emulator
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/sshd" "$root/run/lock" "$root$emulator" "$root/etc/nginx/sites-enabled" "$root/etc/nginx/ssl-certificates" "$root/etc/nginx/basic-auth" \
  "$root/etc/logrotate.d" "$root/etc/cron.d" "$root/home/clp/htdocs/app/data" "$root/root/.ssh"
mount --bind "$directory/emulator" "$root$emulator"

if dpkg --compare-versions "${version%%-*}" lt 2.5.0; then first_line='#/bin/bash'; else first_line='#!/bin/bash'; fi
{ echo "$first_line"; cat "$here/clpctl-wrapper.sh"; } >"$root/usr/bin/clpctl"
cp "$here/clpctl.sh" "$root/usr/bin/clpctlWrapper"
chmod 755 "$root/usr/bin/clpctl" "$root/usr/bin/clpctlWrapper"
printf '\nPackage: cloudpanel\nStatus: install ok installed\nPriority: optional\nSection: admin\nMaintainer: Nobody <nobody@example.com>\nArchitecture: amd64\nVersion: %s\nDescription: stand-in\n' \
  "$version" >>"$root/var/lib/dpkg/status"

# Accounts of other tests of this machine are ended by their numbers; these here have numbers of their own.
sed -i "s/^UID_MIN.*/UID_MIN $first_uid/; s/^UID_MAX.*/UID_MAX $((first_uid + 4999))/; s/^GID_MIN.*/GID_MIN $first_uid/; s/^GID_MAX.*/GID_MAX $((first_uid + 4999))/" "$root/etc/login.defs"
cat "$directory/client.pub" >"$root/root/.ssh/authorized_keys"
cat "$directory/bashrc" >"$root/root/.bashrc"
# Below /run, where a test may have its directory, this machine sees nothing of the outside.
install -m 600 "$directory/hostkey" "$root/etc/ssh/panel_host_key"
chmod 700 "$root/root/.ssh"
chmod 711 "$root/home"
rm -f "$root"/etc/nginx/sites-enabled/*
cat >"$root/etc/nginx/nginx.conf" <<NGINX
user root; pid /run/nginx.pid; worker_processes 1; error_log stderr notice; daemon off;
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types; default_type application/octet-stream;
  disable_symlinks if_not_owner from=/home/;
  server_names_hash_bucket_size 256; server_tokens off; access_log off;
  server { listen 127.0.0.1:$http_port default_server; return 444; }
  server { listen 127.0.0.1:$https_port ssl default_server; ssl_reject_handshake on; }
  include /etc/nginx/sites-enabled/*.conf;
}
NGINX

rm -rf "$root/home/clp/htdocs/app/data/db.sq3"
sqlite3 -batch "$root/home/clp/htdocs/app/data/db.sq3" <<SQL
CREATE TABLE site (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, domain_name TEXT NOT NULL UNIQUE, user TEXT NOT NULL UNIQUE, root_directory TEXT NOT NULL,
  vhost_template TEXT, app_port TEXT, reverse_proxy_url TEXT);
CREATE TABLE certificate (id INTEGER PRIMARY KEY AUTOINCREMENT, site_id INTEGER NOT NULL, type TEXT NOT NULL, default_certificate INTEGER NOT NULL);
CREATE TABLE php_settings (id INTEGER PRIMARY KEY AUTOINCREMENT, site_id INTEGER NOT NULL, php_version TEXT, pool_port INTEGER);
CREATE TABLE database (id INTEGER PRIMARY KEY AUTOINCREMENT, site_id INTEGER NOT NULL, database_server_id INTEGER NOT NULL, name TEXT NOT NULL UNIQUE);
CREATE TABLE database_user (id INTEGER PRIMARY KEY AUTOINCREMENT, database_id INTEGER NOT NULL, user_name TEXT NOT NULL UNIQUE, password TEXT, permissions TEXT);
CREATE TABLE user (id INTEGER PRIMARY KEY AUTOINCREMENT, user_name TEXT NOT NULL UNIQUE, email TEXT, first_name TEXT, last_name TEXT, password TEXT, role TEXT, status TEXT, sites TEXT);
CREATE TABLE vhost_template (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, template TEXT NOT NULL);
SQL
chmod 770 "$root/home/clp/htdocs/app/data" "$root/home/clp/htdocs/app/data/db.sq3"
chroot "$root" env NO_CALLS=1 /usr/bin/clpctlWrapper vhost-templates:import

chroot "$root" /usr/sbin/nginx &
cat >"$root/etc/ssh/sshd_config" <<SSHD
Port $ssh_port
ListenAddress 127.0.0.1
HostKey /etc/ssh/panel_host_key
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100:30:200
LogLevel VERBOSE
Subsystem sftp internal-sftp
SSHD
exec chroot "$root" /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config
