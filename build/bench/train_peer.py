"""The training step of build/bench/train.ts in plain PyTorch: same shape, same batch, AdamW, f32, all weights."""

import json
import sys
import time

import torch
import torch.nn.functional as F

shape = json.loads(sys.argv[1])
batch, length, steps, threads = map(int, sys.argv[2:6])
torch.set_num_threads(threads)
torch.manual_seed(1)
D, L, V = shape["hidden_size"], shape["num_hidden_layers"], shape["vocab_size"]
H, K, FF = shape["num_attention_heads"], shape["num_key_value_heads"], shape["intermediate_size"]
S = D // H


def weight(*size):
    return torch.nn.Parameter(torch.randn(*size) * 0.02)


embedding = weight(V, D)
layers = [
    {
        "q": weight(D, D),
        "k": weight(K * S, D),
        "v": weight(K * S, D),
        "o": weight(D, D),
        "gate": weight(FF, D),
        "up": weight(FF, D),
        "down": weight(D, FF),
        "norm1": torch.nn.Parameter(torch.ones(D)),
        "norm2": torch.nn.Parameter(torch.ones(D)),
    }
    for _ in range(L)
]
final_norm = torch.nn.Parameter(torch.ones(D))
parameters = [embedding, final_norm] + [p for layer in layers for p in layer.values()]
optimizer = torch.optim.AdamW(parameters, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.01)

frequency = shape["rope_theta"] ** (-torch.arange(0, S, 2).float() / S)
angle = torch.outer(torch.arange(length).float(), frequency)
cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
mask = torch.full((length, length), float("-inf")).triu(1)


def rms_norm(x, scale):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + shape["rms_norm_eps"]) * scale


def rotate(x):
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def heads(x, count):
    return x.view(batch, length, count, S).transpose(1, 2)


def loss_of(ids, labels):
    x = embedding[ids]
    for layer in layers:
        n = rms_norm(x, layer["norm1"])
        q, k = rotate(heads(n @ layer["q"].T, H)), rotate(heads(n @ layer["k"].T, K))
        v = heads(n @ layer["v"].T, K)
        k, v = k.repeat_interleave(H // K, 1), v.repeat_interleave(H // K, 1)
        attention = torch.softmax(q @ k.transpose(-1, -2) / S**0.5 + mask, -1) @ v
        x = x + attention.transpose(1, 2).reshape(batch, length, D) @ layer["o"].T
        n = rms_norm(x, layer["norm2"])
        x = x + (F.silu(n @ layer["gate"].T) * (n @ layer["up"].T)) @ layer["down"].T
    logits = rms_norm(x, final_norm) @ embedding.T
    return F.cross_entropy(logits.view(-1, V), labels.view(-1))


tokens = torch.arange(batch * length + 1) * 7919 % V
ids, labels = tokens[:-1].view(batch, length), tokens[1:].view(batch, length)
seconds = []
for step in range(steps + 2):
    started = time.perf_counter()
    optimizer.zero_grad()
    loss_of(ids, labels).backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    if step >= 2:
        seconds.append(time.perf_counter() - started)
seconds.sort()
median = seconds[len(seconds) // 2]
print(json.dumps({"version": torch.__version__, "tokensPerSecond": batch * length / median}))
