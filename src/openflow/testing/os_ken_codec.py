"""OpenFlow 1.5 messages through os-ken, a codec that isn't ours.

    os_ken_codec.py check FILE    each line of FILE is a message in hexadecimal: parses it, builds it
                                  anew from what was parsed, and prints "same", "different HEX" or
                                  "unknown WHY" per line
    os_ken_codec.py make COUNT    prints COUNT flow-mods: the message, then the fields that it
                                  matches as name=value/mask in decimal, under our names
"""

import logging
import random
import sys

from os_ken.lib import addrconv
from os_ken.ofproto import ofproto_parser
from os_ken.ofproto import ofproto_v1_5 as ofproto
from os_ken.ofproto import ofproto_v1_5_parser as parser


class Datapath:
    ofproto = ofproto
    ofproto_parser = parser


def number(value):
    """An address or a number as a number."""
    if isinstance(value, int):
        return value
    for codec in (addrconv.ipv4, addrconv.mac, addrconv.ipv6):
        try:
            return int.from_bytes(codec.text_to_bin(value), "big")
        except Exception:
            continue
    return int.from_bytes(value, "big")


def rebuilt(message):
    """A message of the parsed one's parts, with no bytes of the old one."""
    parts = {name: value for name, value in message.__dict__.items()
             if name not in ("datapath", "version", "msg_type", "msg_len", "xid", "buf")}
    if isinstance(message, parser.OFPFlowMod):
        fields = [(name, value) for name, value in message.match.items()]
        parts["match"] = parser.OFPMatch(_ordered_fields=fields)
    out = type(message)(Datapath, **parts)
    out.set_xid(message.xid)
    out.serialize()
    return bytes(out.buf)


def check(path):
    for line in open(path):
        data = bytes.fromhex(line.strip())
        try:
            version, kind, length, xid = ofproto_parser.header(data)
            message = ofproto_parser.msg(Datapath, version, kind, length, xid, data)
            again = rebuilt(message)
        except Exception as error:
            print("unknown", type(error).__name__, str(error).replace("\n", " "))
            continue
        print("same" if again == data else "different " + again.hex())


NAMES = {"ipv4_src": "ip_src", "ipv4_dst": "ip_dst", "tunnel_id": "tun_id",
         "ipv6_flabel": "ipv6_label", "ipv6_nd_target": "nd_target",
         "ipv6_nd_sll": "nd_sll"}


def bits(width):
    return random.getrandbits(width)


def mac():
    return ":".join("%02x" % bits(8) for _ in range(6))


def ip4():
    return ".".join(str(bits(8)) for _ in range(4))


def ip6():
    return ":".join("%x" % bits(16) for _ in range(8))


def masked(make):
    """A value and a mask; bits outside the mask are off, as the protocol asks."""
    return (make(), make()) if random.random() < 0.5 else make()


def fields():
    out = {"in_port": bits(16), "metadata": masked(lambda: bits(64)), "eth_src": masked(mac),
           "eth_dst": mac(), "reg%d" % (8 + bits(3)): masked(lambda: bits(32)),
           "xreg%d" % bits(2): bits(64), "tunnel_id": bits(64), "pkt_mark": bits(32),
           "ct_mark": masked(lambda: bits(32)), "conj_id": bits(32), "vlan_vid": 0x1000 | bits(12)}
    out = {name: value for name, value in out.items() if random.random() < 0.4}
    kind = random.choice(("arp", "ip4", "ip6"))
    if kind == "arp":
        out.update(eth_type=0x0806, arp_op=bits(8), arp_spa=masked(ip4), arp_tha=mac())
    elif kind == "ip4":
        out.update(eth_type=0x0800, ip_proto=6, ipv4_src=masked(ip4), ipv4_dst=ip4(),
                   tcp_dst=masked(lambda: bits(16)), ip_dscp=bits(6), tcp_flags=bits(12))
    else:
        out.update(eth_type=0x86dd, ip_proto=58, ipv6_src=masked(ip6), icmpv6_type=135,
                   icmpv6_code=0, ipv6_nd_target=ip6(), ipv6_nd_sll=mac(), ipv6_flabel=bits(20))
    names = list(out)
    random.shuffle(names)
    return {name: out[name] for name in names}


def clean(value):
    """Value and mask as numbers, the value cut to the mask; mask None for all."""
    if not isinstance(value, tuple):
        return number(value), None
    return number(value[0]) & number(value[1]), number(value[1])


def encodable(name, value):
    """Value with the bits that its mask excludes off, in os-ken's own notation."""
    if not isinstance(value, tuple):
        return value
    cut, mask = clean(value)
    sample = value[0]
    if isinstance(sample, int):
        return cut, mask
    codec = next(c for c in (addrconv.ipv4, addrconv.mac, addrconv.ipv6) if parses(c, sample))
    size = len(codec.text_to_bin(sample))
    return codec.bin_to_text(cut.to_bytes(size, "big")), value[1]


def parses(codec, text):
    try:
        codec.text_to_bin(text)
        return True
    except Exception:
        return False


def make(count):
    random.seed(1)
    for _ in range(count):
        chosen = fields()
        match = parser.OFPMatch(_ordered_fields=[
            (name, encodable(name, value)) for name, value in chosen.items()])
        message = parser.OFPFlowMod(
            Datapath, cookie=bits(64), table_id=bits(7), priority=bits(16), match=match,
            instructions=[parser.OFPInstructionActions(
                ofproto.OFPIT_APPLY_ACTIONS, [parser.OFPActionOutput(bits(8))])])
        message.set_xid(1)
        message.serialize()
        words = []
        for name, value in chosen.items():
            plain, mask = clean(value)
            words.append("%s=%d/%s" % (NAMES.get(name, name), plain,
                                       "all" if mask is None else mask))
        print(bytes(message.buf).hex(), *words)


if __name__ == "__main__":
    logging.disable()
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        make(int(sys.argv[2]))
