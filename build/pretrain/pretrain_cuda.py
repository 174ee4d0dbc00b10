"""Pretrains a base model on one NVIDIA GPU: how the published weights were made.

    python3 build/pretrain/pretrain_cuda.py --config build/pretrain/timbre-pico-en.json --minutes 3 --output DIR

Needs PyTorch 2.4 or newer, numpy and safetensors. The configuration, the token files (`npm run corpus`), the architecture,
the initialisation's deviations and the optimiser are those of `npm run pretrain`, which does the same on a processor; the
part "cuda" of the configuration has the larger batch. The learning rate follows the clock. Writes model.safetensors (f16,
Hugging Face's names) into DIR/<model id> every half minute and at the end, and report.json with the losses. Then

    npm run pretrain -- --config build/pretrain/timbre-pico-en.json --import DIR/timbre-pico-en

writes the model folder, if the engine gives these weights the same held-out loss.
"""

import argparse
import gzip
import json
import lzma
import math
import pathlib
import time

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

BETAS = (0.9, 0.95)
SAVE_EVERY_SECONDS = 30.0
VALIDATE_EVERY_SECONDS = 15.0
KINDS = ("prose", "conversations", "synthetic")


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.key_heads = config["num_key_value_heads"]
        self.head_size = config.get("head_dim", hidden // self.heads)
        self.q_proj = nn.Linear(hidden, self.heads * self.head_size, bias=False)
        self.k_proj = nn.Linear(hidden, self.key_heads * self.head_size, bias=False)
        self.v_proj = nn.Linear(hidden, self.key_heads * self.head_size, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_size, hidden, bias=False)

    def forward(self, states, rotation):
        batch, length, _ = states.shape

        def split(projected, heads):
            return projected.view(batch, length, heads, self.head_size).transpose(1, 2)

        queries = rotated(split(self.q_proj(states), self.heads), rotation)
        keys = rotated(split(self.k_proj(states), self.key_heads), rotation)
        values = split(self.v_proj(states), self.key_heads)
        groups = self.heads // self.key_heads
        keys = keys.repeat_interleave(groups, dim=1)
        values = values.repeat_interleave(groups, dim=1)
        mixed = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, states):
        return self.down_proj(F.silu(self.gate_proj(states)) * self.up_proj(states))


class RMSNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, states):
        wide = states.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon)
        return (wide * scale).to(states.dtype) * self.weight.to(states.dtype)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, epsilon = config["hidden_size"], config["rms_norm_eps"]
        self.input_layernorm = RMSNorm(hidden, epsilon)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(hidden, epsilon)
        self.mlp = FeedForward(config)

    def forward(self, states, rotation):
        states = states + self.self_attn(self.input_layernorm(states), rotation)
        return states + self.mlp(self.post_attention_layernorm(states))


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden = config["hidden_size"]
        self.embed_tokens = nn.Embedding(config["vocab_size"], hidden)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(hidden, config["rms_norm_eps"])


class LlamaForCausalLM(nn.Module):
    """Llama with a tied head; parameter names are Hugging Face's."""

    def __init__(self, config):
        super().__init__()
        assert config["tie_word_embeddings"], "only tied heads"
        self.model = Decoder(config)
        head_size = config.get("head_dim", config["hidden_size"] // config["num_attention_heads"])
        frequencies = config["rope_theta"] ** (-torch.arange(0, head_size, 2) / head_size)
        angles = torch.outer(torch.arange(config["max_position_embeddings"]), frequencies)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        residual_deviation = 0.02 / math.sqrt(2 * config["num_hidden_layers"])
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                writes_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=residual_deviation if writes_residual else 0.02)

    def forward(self, ids, labels):
        """Cross-entropy of each position, in nats, with ids and labels [rows, length]."""
        length = ids.shape[1]
        states = self.model.embed_tokens(ids)
        rotation = (self.cosine[:length].to(states.dtype), self.sine[:length].to(states.dtype))
        for layer in self.model.layers:
            states = layer(states, rotation)
        logits = F.linear(self.model.norm(states), self.model.embed_tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), reduction="none")


def rotated(states, rotation):
    """Rotary positions; the two halves of a head belong together, as in Hugging Face's Llama."""
    cosine, sine = rotation
    first, second = states.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class TokenRows:
    """Rows of length + 1 tokens, each epoch in a new order and cut at a new phase."""

    def __init__(self, tokens, length, generator):
        self.tokens, self.length, self.generator = tokens, length, generator
        self.rows_per_epoch = (len(tokens) - 1) // length - 1
        self.order, self.at, self.epoch = None, 0, 0.0
        self.offsets = torch.arange(length + 1, device=tokens.device)

    def batch(self, rows):
        if self.order is None or self.at + rows > self.rows_per_epoch:
            phase = int(torch.randint(self.length, (1,), generator=self.generator))
            order = torch.randperm(self.rows_per_epoch, generator=self.generator)
            self.order = (order * self.length + phase).to(self.tokens.device)
            self.at = 0
        begins = self.order[self.at : self.at + rows]
        self.at += rows
        self.epoch += rows / self.rows_per_epoch
        return self.tokens[begins[:, None] + self.offsets].long()


def read_tokens(directory, name, device):
    """A token file, or the same file compressed with gzip or xz, for a machine that it has to travel to."""
    file = pathlib.Path(directory) / name
    packed = {".gz": gzip.decompress, ".xz": lzma.decompress}
    for ending, unpack in packed.items():
        if (other := file.with_name(name + ending)).exists():
            data = unpack(other.read_bytes())
            break
    else:
        data = file.read_bytes()
    return torch.from_numpy(numpy.frombuffer(data, dtype="<u2").astype("int32")).to(device)


@torch.no_grad()
def mean_loss(model, tokens, length, rows=None, at_once=64):
    """Nats per token over the first rows of a token file (all without a number), one after another."""
    available = (len(tokens) - 1) // length
    rows = min(rows or available, available)
    total = 0.0
    for begin in range(0, rows, at_once):
        count = min(at_once, rows - begin)
        piece = tokens[begin * length : (begin + count) * length + 1].long()
        total += model(piece[:-1].view(count, length), piece[1:].view(count, length)).sum().item()
    return total / (rows * length)


def adamw(parameters, learning_rate, weight_decay, fused):
    """AdamW; gains of the norms are not decayed."""
    groups = [
        {"params": [p for p in parameters if p.dim() == 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=BETAS, eps=1e-8, fused=fused)


def half_weights(model):
    return {
        name: parameter.detach().to(torch.float16).cpu().contiguous()
        for name, parameter in model.named_parameters()
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--corpus", help="instead of the configuration's")
    parser.add_argument("--output", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()

    config = json.loads(pathlib.Path(options.config).read_text())
    settings = {**config, **config.get("cuda", {})}
    name = pathlib.Path(config["output"]).name
    output = pathlib.Path(options.output) / name
    output.mkdir(parents=True, exist_ok=True)
    corpus = options.corpus or config["corpus"]
    device = torch.device(options.device)
    on_gpu = device.type == "cuda"
    torch.manual_seed(config["seed"])
    torch.set_float32_matmul_precision("high")

    length, batch = settings["length"], settings["batch"]
    generator = torch.Generator().manual_seed(config["seed"])
    rows = TokenRows(read_tokens(corpus, "train.bin", device), length, generator)
    validation = read_tokens(corpus, "validation.bin", device)
    model = LlamaForCausalLM(config["model"]).to(device)
    parameters = list(model.parameters())
    optimizer = adamw(parameters, settings["learningRate"], settings["weightDecay"], on_gpu)
    count = sum(parameter.numel() for parameter in parameters)
    print(f"{name}: {count} parameters, {len(rows.tokens)} training tokens", flush=True)

    run = model if options.no_compile else torch.compile(model)

    def step_loss(piece):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=on_gpu):
            return run(piece[:, :-1].contiguous(), piece[:, 1:].contiguous()).mean()

    for _ in range(2):  # compiles outside the measured time
        step_loss(rows.batch(batch)).backward()
        optimizer.zero_grad(set_to_none=True)

    budget = options.minutes * 60
    warmup = max(settings.get("warmup", 0.01), 1e-9) * budget
    begin = time.perf_counter()
    step, saved_at, validated_at, curve = 0, 0.0, 0.0, []
    loss_sum = torch.zeros((), device=device)
    loss_steps = 0
    while (elapsed := time.perf_counter() - begin) < budget:
        if elapsed < warmup:
            factor = elapsed / warmup
        else:
            factor = 0.5 * (1 + math.cos(math.pi * (elapsed - warmup) / (budget - warmup)))
        for group in optimizer.param_groups:
            group["lr"] = settings["learningRate"] * max(factor, 1e-4)
        loss = step_loss(rows.batch(batch))
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, settings["maxGradientNorm"])
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        loss_sum += loss.detach()
        loss_steps += 1
        if step % 20 == 0 and on_gpu:
            torch.cuda.synchronize()  # the clock must not run ahead of the device
        if elapsed - validated_at >= VALIDATE_EVERY_SECONDS:
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=on_gpu):
                held_out = mean_loss(model, validation, length, rows=256)
            train_loss = loss_sum.item() / loss_steps
            curve.append([round(elapsed, 1), step, round(rows.epoch, 3), train_loss, held_out])
            print(
                f"seconds={elapsed:.0f} step={step} epoch={rows.epoch:.2f} loss={train_loss:.4f} "
                f"validation_loss={held_out:.4f} tokens_per_second={step * batch * length / elapsed:.0f}",
                flush=True,
            )
            loss_sum.zero_()
            loss_steps, validated_at = 0, elapsed
        if elapsed - saved_at >= SAVE_EVERY_SECONDS:
            save_file(half_weights(model), output / "model.safetensors", {"format": "pt"})
            saved_at = elapsed

    # The published weights are rounded to 16 bits: measure those, in 32-bit arithmetic.
    weights = half_weights(model)
    save_file(weights, output / "model.safetensors", {"format": "pt"})
    torch.set_float32_matmul_precision("highest")
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            parameter.copy_(weights[parameter_name])
    report = {
        "model": name,
        "steps": step,
        "tokens": step * batch * length,
        "epochs": rows.epoch,
        "seconds": time.perf_counter() - begin,
        "parameters": count,
        # As `npm run pretrain -- --import` measures it: its rows, its length.
        "validation_loss": mean_loss(model, validation, config["length"], config["validationRows"]),
        "held_out_loss": {
            kind: mean_loss(model, read_tokens(corpus, f"validation-{kind}.bin", device), length)
            for kind in KINDS
        },
        "held_out_loss_all": mean_loss(model, validation, length),
        "curve": curve,
    }
    (output / "report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps({key: value for key, value in report.items() if key != "curve"}), flush=True)


main()
