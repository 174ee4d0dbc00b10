;; AdamW over one chunk of weights in SIMD (float32 x 4): see adamw.ts, which copies chunks in and out.
;; Addresses and byte lengths are multiples of 16.
(module
  (memory (export "memory") 8)

  ;; Sum of squares of the floats in [from, from + bytes), in float64.
  (func (export "squares") (param $from i32) (param $bytes i32) (result f64)
    (local $end i32) (local $low v128) (local $high v128) (local $x v128)
    (local.set $end (i32.add (local.get $from) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $x (v128.load (local.get $from)))
        (local.set $low (f64x2.add (local.get $low)
          (f64x2.mul (f64x2.promote_low_f32x4 (local.get $x))
                     (f64x2.promote_low_f32x4 (local.get $x)))))
        (local.set $x (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
          (local.get $x) (local.get $x)))
        (local.set $high (f64x2.add (local.get $high)
          (f64x2.mul (f64x2.promote_low_f32x4 (local.get $x))
                     (f64x2.promote_low_f32x4 (local.get $x)))))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (br $next)))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))

  ;; first = beta1 first + (1 - beta1) slope; second likewise with slope^2;
  ;; weight = weight keep - rate first / (sqrt(second) correction + epsilon), with slope = gradient * factor.
  (func (export "update")
    (param $weight i32) (param $gradient i32) (param $first i32) (param $second i32) (param $bytes i32)
    (param $factor f32) (param $beta1 f32) (param $beta2 f32)
    (param $keep f32) (param $rate f32) (param $correction f32) (param $epsilon f32)
    (local $at i32) (local $slope v128) (local $m v128) (local $v v128)
    (local $vFactor v128) (local $vBeta1 v128) (local $vBeta2 v128) (local $vRest1 v128)
    (local $vRest2 v128) (local $vKeep v128) (local $vRate v128) (local $vCorrection v128)
    (local $vEpsilon v128)
    (local.set $vFactor (f32x4.splat (local.get $factor)))
    (local.set $vBeta1 (f32x4.splat (local.get $beta1)))
    (local.set $vBeta2 (f32x4.splat (local.get $beta2)))
    (local.set $vRest1 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta1))))
    (local.set $vRest2 (f32x4.splat (f32.sub (f32.const 1) (local.get $beta2))))
    (local.set $vKeep (f32x4.splat (local.get $keep)))
    (local.set $vRate (f32x4.splat (local.get $rate)))
    (local.set $vCorrection (f32x4.splat (local.get $correction)))
    (local.set $vEpsilon (f32x4.splat (local.get $epsilon)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $bytes)))
        (local.set $slope (f32x4.mul (local.get $vFactor)
          (v128.load (i32.add (local.get $gradient) (local.get $at)))))
        (local.set $m (f32x4.add
          (f32x4.mul (local.get $vBeta1) (v128.load (i32.add (local.get $first) (local.get $at))))
          (f32x4.mul (local.get $vRest1) (local.get $slope))))
        (v128.store (i32.add (local.get $first) (local.get $at)) (local.get $m))
        (local.set $v (f32x4.add
          (f32x4.mul (local.get $vBeta2) (v128.load (i32.add (local.get $second) (local.get $at))))
          (f32x4.mul (local.get $vRest2) (f32x4.mul (local.get $slope) (local.get $slope)))))
        (v128.store (i32.add (local.get $second) (local.get $at)) (local.get $v))
        (v128.store (i32.add (local.get $weight) (local.get $at))
          (f32x4.sub
            (f32x4.mul (local.get $vKeep) (v128.load (i32.add (local.get $weight) (local.get $at))))
            (f32x4.div (f32x4.mul (local.get $vRate) (local.get $m))
              (f32x4.add (local.get $vEpsilon)
                (f32x4.mul (local.get $vCorrection) (f32x4.sqrt (local.get $v)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next))))
)
