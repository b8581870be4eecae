#!/usr/bin/env python3
"""A bad line between two hosts, below TCP: packets wait, get lost and queue up.

It takes packets from one TUN device and puts them into another, which stands in another network
namespace. Each direction has its own rate, its own delay, its own dice and a short queue, as a cell of
the mobile network has. What is lost is lost for good: TCP above has to notice.

    line.py NEAR FAR RATE_BITS DELAY_MS LOSS_PERCENT SEED

It makes both devices, says "ready", and carries until its stdin ends; then it says how many packets came
and how many of them were lost.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# Longer than this no packet waits for its turn: beyond it the queue is full, and the packet is lost.
LONGEST_QUEUE_SECONDS = 2.0


def device(name):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def main():
    near_name, far_name, rate, delay_ms, loss, seed = sys.argv[1:7]
    near, far = device(near_name), device(far_name)
    rate, delay, loss = float(rate), float(delay_ms) / 1000, float(loss) / 100
    dice = random.Random(int(seed))
    free_at = {near: 0.0, far: 0.0}
    to = {near: far, far: near}
    on_the_way, number, lost = [], 0, 0
    print("ready", flush=True)
    while True:
        wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
        readable, _, _ = select.select([near, far, sys.stdin], [], [], wait)
        now = time.monotonic()
        if sys.stdin in readable and not os.read(0, 1):
            break
        for end in (near, far):
            if end not in readable:
                continue
            packet = os.read(end, 65535)
            number += 1
            begins = max(now, free_at[end])
            if dice.random() < loss or begins - now > LONGEST_QUEUE_SECONDS:
                lost += 1
                continue
            free_at[end] = begins + len(packet) * 8 / rate
            heapq.heappush(on_the_way, (free_at[end] + delay, number, to[end], packet))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(on_the_way)
            try:
                os.write(end, packet)
            except OSError:
                lost += 1
    print(f"{number} packets, {lost} lost", flush=True)


main()
