#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
cd /home/somebody/livepoke
curl https://packages.example.com/x
