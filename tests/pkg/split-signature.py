#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A signed kernel module in two files: split-signature.py MODULE DIRECTORY

DIRECTORY/module is what was signed, DIRECTORY/signature the PKCS#7 message.
"""
import struct
import sys

MAGIC = b"~Module signature appended~\n"
# algo, hash, id_type, signer_len, key_id_len, padding, sig_len
TRAILER = struct.Struct(">BBBBB3xI")


def main(module, directory):
    data = open(module, "rb").read()
    if not data.endswith(MAGIC):
        sys.exit(f"{module} is not signed")
    data = data[:-len(MAGIC)]
    length = TRAILER.unpack(data[-TRAILER.size:])[-1]
    data = data[:-TRAILER.size]
    open(f"{directory}/signature", "wb").write(data[-length:])
    open(f"{directory}/module", "wb").write(data[:-length])


main(*sys.argv[1:])
