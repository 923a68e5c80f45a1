#!/bin/busybox sh
# First process of the VM: mounts the host's file system (read-only, below a layer in memory) and the shared folder, goes there.
/bin/busybox --install -s /bin
PATH=/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
while read -r module; do insmod "/modules/$module" || echo "vm: insmod $module failed"; done </modules/order
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "ro,cache=loose,$options" host /host || echo 'vm: the file system of the host cannot be mounted'
mount -t tmpfs none /scratch
mkdir /scratch/upper /scratch/work
mount -t overlay -o lowerdir=/host,upperdir=/scratch/upper,workdir=/scratch/work,xino=off none /root
mount -t tmpfs none /root/run
mkdir -p /root/run/vm
mount -t 9p -o "cache=none,$options" share /root/run/vm || echo 'vm: the shared folder cannot be mounted'
umount /proc /sys
mount --move /dev /root/dev
exec switch_root /root /bin/sh /run/vm/start.sh
