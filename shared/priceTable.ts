/**
 * What Amazon EC2 asks by the hour, on demand, for the machines that SageMaker rents out: in us-east-1 in US dollars, and
 * elsewhere as a ratio to that (in China of yuan to dollars). Made by build/priceTable.ts, which names the sources.
 */

export interface PriceText {
  /** Year and month. */
  readonly asOf: string
  readonly rows: string
}

/** A family and its sizes in each row. */
export const inUsEast1: PriceText = {
  asOf: '2026-07',
  rows: `
c4 2xlarge 0.398 4xlarge 0.796 8xlarge 1.591 large 0.1 xlarge 0.199
c5 18xlarge 3.06 2xlarge 0.34 4xlarge 0.68 9xlarge 1.53 large 0.085 xlarge 0.17
c5d 18xlarge 3.456 2xlarge 0.384 4xlarge 0.768 9xlarge 1.728 large 0.096 xlarge 0.192
c5n 18xlarge 3.888 2xlarge 0.432 4xlarge 0.864 9xlarge 1.944 xlarge 0.216
c6g 12xlarge 1.632 16xlarge 2.176 2xlarge 0.272 4xlarge 0.544 8xlarge 1.088 large 0.068 xlarge 0.136
c6gd 12xlarge 1.8432 16xlarge 2.4576 2xlarge 0.3072 4xlarge 0.6144 8xlarge 1.2288 large 0.0768 xlarge 0.1536
c6gn 12xlarge 2.0736 16xlarge 2.7648 2xlarge 0.3456 4xlarge 0.6912 8xlarge 1.3824 large 0.0864 xlarge 0.1728
c6i 12xlarge 2.04 16xlarge 2.72 24xlarge 4.08 2xlarge 0.34 32xlarge 5.44 4xlarge 0.68 8xlarge 1.36 large 0.085 xlarge 0.17
c6in 12xlarge 2.7216 16xlarge 3.6288 24xlarge 5.4432 2xlarge 0.4536 32xlarge 7.2576 4xlarge 0.9072 8xlarge 1.8144 large 0.1134 xlarge 0.2268
c7g 12xlarge 1.74 16xlarge 2.32 2xlarge 0.29 4xlarge 0.58 8xlarge 1.16 large 0.0725 xlarge 0.145
c7i-flex 12xlarge 2.0349 16xlarge 2.7132 2xlarge 0.33915 4xlarge 0.6783 8xlarge 1.3566 xlarge 0.16958
c7i 12xlarge 2.142 16xlarge 2.856 24xlarge 4.284 2xlarge 0.357 48xlarge 8.568 4xlarge 0.714 8xlarge 1.428 large 0.08925 xlarge 0.1785
c8g 12xlarge 1.91424 16xlarge 2.55232 24xlarge 3.82848 2xlarge 0.31904 48xlarge 7.65696 4xlarge 0.63808 8xlarge 1.27616 large 0.07976 medium 0.03988 xlarge 0.15952
c8i-flex 12xlarge 2.13648 16xlarge 2.84864 2xlarge 0.35608 4xlarge 0.71216 8xlarge 1.42432 xlarge 0.17804
c8i 12xlarge 2.24904 16xlarge 2.99872 24xlarge 4.49808 2xlarge 0.37484 32xlarge 5.99744 48xlarge 8.99616 4xlarge 0.74968 8xlarge 1.49936 96xlarge 17.99232 xlarge 0.18742
dl1 24xlarge 13.10904
g4dn 12xlarge 3.912 16xlarge 4.352 2xlarge 0.752 4xlarge 1.204 8xlarge 2.176 xlarge 0.526
g5 12xlarge 5.672 16xlarge 4.096 24xlarge 8.144 2xlarge 1.212 48xlarge 16.288 4xlarge 1.624 8xlarge 2.448 xlarge 1.006
g6 12xlarge 4.6016 16xlarge 3.3968 24xlarge 6.6752 2xlarge 0.9776 48xlarge 13.3504 4xlarge 1.3232 8xlarge 2.0144 xlarge 0.8048
g6e 12xlarge 10.49264 16xlarge 7.57719 24xlarge 15.06559 2xlarge 2.24208 48xlarge 30.13118 4xlarge 3.00424 8xlarge 4.52856 xlarge 1.861
g7 12xlarge 7.12832 24xlarge 14.25664 2xlarge 2.52 48xlarge 28.51328 4xlarge 3.04208 8xlarge 4.08624
g7e 12xlarge 8.28608 24xlarge 16.57216 2xlarge 3.36312 48xlarge 33.14432 4xlarge 3.99816 8xlarge 5.26824
inf1 24xlarge 4.721 2xlarge 0.362 6xlarge 1.18 xlarge 0.228
inf2 24xlarge 6.49063 48xlarge 12.98127 8xlarge 1.96786 xlarge 0.7582
m4 10xlarge 2 16xlarge 3.2 2xlarge 0.4 4xlarge 0.8 xlarge 0.2
m5 12xlarge 2.304 24xlarge 4.608 2xlarge 0.384 4xlarge 0.768 large 0.096 xlarge 0.192
m5d 12xlarge 2.712 24xlarge 5.424 2xlarge 0.452 4xlarge 0.904 large 0.113 xlarge 0.226
m6g 12xlarge 1.848 16xlarge 2.464 2xlarge 0.308 4xlarge 0.616 8xlarge 1.232 large 0.077 xlarge 0.154
m6gd 12xlarge 2.1696 16xlarge 2.8928 2xlarge 0.3616 4xlarge 0.7232 8xlarge 1.4464 large 0.0904 xlarge 0.1808
m6i 12xlarge 2.304 16xlarge 3.072 24xlarge 4.608 2xlarge 0.384 32xlarge 6.144 4xlarge 0.768 8xlarge 1.536 large 0.096 xlarge 0.192
m7i-flex 12xlarge 2.29824 16xlarge 3.06432 2xlarge 0.38304 4xlarge 0.76608 8xlarge 1.53216 large 0.09576 xlarge 0.19152
m7i 12xlarge 2.4192 16xlarge 3.2256 24xlarge 4.8384 2xlarge 0.4032 48xlarge 9.6768 4xlarge 0.8064 8xlarge 1.6128 large 0.1008 xlarge 0.2016
m8g 12xlarge 2.15424 16xlarge 2.87232 24xlarge 4.30848 2xlarge 0.35904 48xlarge 8.61696 4xlarge 0.71808 8xlarge 1.43616 large 0.08976 medium 0.04488 xlarge 0.17952
m8i-flex 12xlarge 2.4132 16xlarge 3.2176 2xlarge 0.4022 4xlarge 0.8044 8xlarge 1.6088 large 0.10055 xlarge 0.2011
m8i 12xlarge 2.54016 16xlarge 3.38688 24xlarge 5.08032 2xlarge 0.42336 32xlarge 6.77376 48xlarge 10.16064 4xlarge 0.84672 8xlarge 1.69344 96xlarge 20.32128 large 0.10584 xlarge 0.21168
p2 16xlarge 14.4 8xlarge 7.2 xlarge 0.9
p3 16xlarge 24.48 2xlarge 3.06 8xlarge 12.24
p3dn 24xlarge 31.212
p4d 24xlarge 21.957642
p4de 24xlarge 27.44705
p5 48xlarge 55.04 4xlarge 6.88
p5en 48xlarge 63.296
p6-b200 48xlarge 113.9328
p6-b300 48xlarge 142.416
r5 12xlarge 3.024 16xlarge 4.032 24xlarge 6.048 2xlarge 0.504 4xlarge 1.008 8xlarge 2.016 large 0.126 xlarge 0.252
r5d 12xlarge 3.456 16xlarge 4.608 24xlarge 6.912 2xlarge 0.576 4xlarge 1.152 8xlarge 2.304 large 0.144 xlarge 0.288
r6g 12xlarge 2.4192 16xlarge 3.2256 2xlarge 0.4032 4xlarge 0.8064 8xlarge 1.6128 large 0.1008 xlarge 0.2016
r6gd 12xlarge 2.7648 16xlarge 3.6864 2xlarge 0.4608 4xlarge 0.9216 8xlarge 1.8432 large 0.1152 xlarge 0.2304
r6i 12xlarge 3.024 16xlarge 4.032 24xlarge 6.048 2xlarge 0.504 32xlarge 8.064 4xlarge 1.008 8xlarge 2.016 large 0.126 xlarge 0.252
r7gd 12xlarge 3.2659 16xlarge 4.3546 2xlarge 0.5443 4xlarge 1.0886 8xlarge 2.1773 large 0.1361 medium 0.068 xlarge 0.2722
r7i 12xlarge 3.1752 16xlarge 4.2336 24xlarge 6.3504 2xlarge 0.5292 48xlarge 12.7008 4xlarge 1.0584 8xlarge 2.1168 large 0.1323 xlarge 0.2646
r8g 12xlarge 2.82768 16xlarge 3.77024 24xlarge 5.65536 2xlarge 0.47128 48xlarge 11.31072 4xlarge 0.94256 8xlarge 1.88512 large 0.11782 medium 0.05891 xlarge 0.23564
r8i-flex 12xlarge 3.16728 16xlarge 4.22304 2xlarge 0.52788 4xlarge 1.05576 8xlarge 2.11152 large 0.13197 xlarge 0.26394
r8i 12xlarge 3.33408 16xlarge 4.44544 24xlarge 6.66816 2xlarge 0.55568 32xlarge 8.89088 48xlarge 13.33632 4xlarge 1.11136 8xlarge 2.22272 96xlarge 26.67264 large 0.13892 xlarge 0.27784
t2 2xlarge 0.3712 large 0.0928 medium 0.0464 xlarge 0.1856
t3 2xlarge 0.3328 large 0.0832 medium 0.0416 xlarge 0.1664
trn1 2xlarge 1.34375 32xlarge 21.5
trn1n 32xlarge 24.78
`,
}

/** In the first row the families, in each other one a region and the ratios of its columns; a dash: not offered. */
export const ratios: readonly PriceText[] = [
  {
    asOf: '2026-01',
    rows: `
g4dn inf1 g6,g5 p4d inf2 p3 p5,p5en g6e p3dn,p4de p6-b200,trn1,trn1n,g7e,p6-b300
af-south-1 1.328 1.325 - - - - - - - -
ap-east-1 1.54 1.544 1.54 - - - - - - -
ap-northeast-1 1.351 1.351 1.451 1.371 1.5 1.371 1.25 1.451 1.371 -
ap-northeast-2 1.231 1.233 1.23 1.385 1.2 1.384 1.38 1.23 - -
ap-northeast-3 1.351 - - - - - - - - -
ap-south-1 1.102 1.053 1.201 1.2 1.301 - 1.2 - - -
ap-south-2 - - 1.201 - - - - - - -
ap-southeast-1 1.4 1.351 - 1.2 1.401 1.384 - - 1.2 -
ap-southeast-2 1.301 1.252 1.301 1.3 1.301 1.384 1.3 - - -
ap-southeast-3 - - 1.4 - - - 1.38 - - -
ap-southeast-5 - - 1.26 - - - - - - -
ca-central-1 1.111 1.115 1.111 1.151 - 1.1 1.15 - - -
cn-north-1 9.931 10.036 9.458 - - 11.791 - - - -
cn-northwest-1 7.056 7.075 6.661 7.874 - 7.925 - - - -
eu-central-1 1.251 1.252 1.251 1.25 1.5 1.25 - 1.251 1.25 -
eu-central-2 - - 1.349 - - - - - - -
eu-north-1 1.062 1.064 1.061 1.081 1.101 - 1.07 1.061 - -
eu-south-1 1.172 1.172 - - - - - - - -
eu-south-2 - - 1.054 - - - 1.08 1.054 - -
eu-west-1 1.116 1.115 1.117 1.081 1.25 1.081 - - 1.081 -
eu-west-2 1.171 1.172 1.27 1.3 1.5 1.173 1.3 - - -
eu-west-3 1.17 1.172 1.27 - 1.401 - - - - -
il-central-1 - - 1.173 - - - - - 1.297 -
me-central-1 - - 1.228 - - - 1.2 - - -
me-south-1 1.227 1.229 - - - - - - - -
sa-east-1 1.7 1.654 1.7 1.62 1.701 - 1.68 - - -
us-east-2 1 1 1 1 1 1 1 1 - 1
us-gov-east-1 1.261 1.264 1.261 - - - - - 1.2 -
us-gov-west-1 1.261 1.264 1.261 1.201 - 1.2 1.2 - 1.2 -
us-west-1 1.201 1.202 - - - - 1.25 - - -
us-west-2 1 1 1 1 1 1 1 1 1 1
`,
  },
  {
    asOf: '2025-05',
    rows: `
c6g m6g,m6gd r6g,r6gd t3 m6i,m7i,m7i-flex c5 c6in,c6gn,c5n m5,m5d r5,r6i,r7i c5d r5d c6i,c7i,c7i-flex c7g r7gd c6gd c8g m8g r8g
af-south-1 1.342 1.328 1.334 1.308 1.323 1.342 1.345 1.328 1.334 1.355 1.32 1.342 - - - - - -
ap-east-1 1.265 1.377 1.33 1.404 1.375 1.271 1.326 1.375 1.326 1.282 1.216 1.271 1.256 1.217 - - - -
ap-northeast-1 1.259 1.295 1.207 1.308 1.292 1.259 1.262 1.293 1.207 1.271 1.209 1.259 1.256 1.209 1.277 1.255 1.292 1.207
ap-northeast-2 1.133 1.231 1.211 1.25 1.23 1.13 1.13 1.231 1.207 1.146 1.202 1.13 1.126 - 1.146 - - -
ap-northeast-3 1.265 1.293 1.209 1.308 1.292 1.259 1.265 1.293 1.207 1.271 1.209 1.259 1.256 1.209 1.277 - - -
ap-south-1 0.627 0.669 0.65 1.077 1.053 1 1.002 1.08 1.032 1.032 1.049 1 0.678 0.648 0.639 0.677 0.715 0.701
ap-south-2 0.627 0.669 0.645 1.077 1.053 1 1 1.08 1.032 1.032 1.049 1 0.678 0.648 - - 0.715 -
ap-southeast-1 1.153 1.25 1.207 1.27 1.25 1.153 1.149 1.25 1.207 1.167 1.209 1.154 1.149 1.209 1.172 - - -
ap-southeast-2 1.306 1.262 1.207 1.27 1.25 1.306 1.308 1.257 1.199 1.313 1.209 1.306 1.303 1.152 1.316 1.302 1.25 1.199
ap-southeast-3 1.153 1.25 1.207 1.27 1.25 1.153 1.149 1.25 1.207 1.167 1.209 - - 1.209 1.172 - - -
ap-southeast-4 1.306 1.262 1.199 1.27 1.25 1.306 1.306 1.257 1.199 1.313 1.209 - - - - - - -
ap-southeast-5 0.981 1.063 1.026 1.145 1.063 - 0.976 - 1.026 - - 0.981 0.977 1.028 - - - -
ap-southeast-7 0.981 1.063 1.026 1.145 1.063 - 0.975 - 1.026 - - 0.981 0.977 1.028 - - - -
ca-central-1 1.095 1.116 1.098 1.116 1.115 1.095 1.095 1.116 1.096 1.105 1.098 1.095 1.092 - 1.105 - - -
ca-west-1 1.095 1.116 1.096 1.116 1.115 1.095 1.095 1.116 1.096 - - 1.095 1.092 - - - - -
eu-central-1 1.142 1.206 1.207 1.154 1.198 1.142 1.142 1.204 1.207 1.157 1.202 1.142 1.138 1.202 1.159 1.138 1.199 1.207
eu-central-2 1.256 1.328 1.328 1.27 1.318 1.259 1.255 1.328 1.328 1.273 1.323 - 1.252 - 1.277 - - -
eu-north-1 1.074 1.065 1.062 1.039 1.063 1.071 1.077 1.063 1.064 1.084 1.056 1.071 1.068 1.056 1.084 1.067 1.063 1.064
eu-south-1 1.189 1.169 1.175 1.154 1.167 1.189 1.195 1.169 1.175 1.188 1.167 1.189 1.182 - - - - -
eu-south-2 1.074 1.117 1.12 1.097 1.115 1.13 1.129 1.116 1.12 1.136 1.112 1.13 1.069 1.112 1.136 1.069 1.114 1.119
eu-west-1 1.074 1.117 1.12 1.097 1.115 1.13 1.13 1.116 1.12 1.136 1.112 1.073 1.07 1.112 1.136 1.07 1.115 1.119
eu-west-2 1.189 1.16 1.175 1.135 1.157 1.189 1.187 1.16 1.175 1.198 1.174 1.189 1.185 1.175 1.198 1.185 1.157 -
eu-west-3 1.192 1.169 1.174 1.135 1.167 1.189 1.187 1.169 1.175 1.198 1.174 1.189 1.185 - 1.198 - - -
il-central-1 1.127 1.175 1.176 1.154 1.171 1.189 1.187 1.173 1.176 1.193 1.167 1.127 - - - - - -
me-central-1 1.181 1.229 1.232 1.212 1.227 1.248 1.242 1.231 1.232 1.25 1.223 - - 1.224 - - - -
me-south-1 1.25 1.227 1.232 1.212 1.375 1.248 1.241 1.231 1.232 1.25 1.223 1.243 - - - - - -
mx-central-1 1.05 1.051 1.051 1.058 1.051 - 1.05 - 1.051 - - 1.05 1.05 1.05 - - - -
sa-east-1 1.542 1.593 1.596 1.616 1.594 1.542 1.54 1.594 1.596 1.553 1.584 1.542 1.533 - 1.55 1.532 - -
us-east-2 1 1 1 1 1 1 1 1 1 1 1 1 0.998 1 1 0.997 1 1
us-west-1 1.248 1.173 1.129 1.193 1.167 1.248 1.25 1.177 1.112 1.25 1.125 1.248 1.243 1.126 1.25 1.243 1.167 1.112
us-west-2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
`,
  },
  {
    asOf: '2026-07',
    rows: `
c5,c5d,c5n,c6g,c6gd,c6gn,c6i,c6in,c7g,c7i,p3dn,p6-b200,r5,r5d,r6g,r6gd,r6i,r7gd,r7i,r8g,r8i,r8i-flex,t3,c7i-flex,c8g,p3,p4d,p5,p5en,p6-b300 g4dn,g6,inf1,m5,m5d,m6g,m6gd,m6i,m7i,m7i-flex,m8g,m8i,m8i-flex
us-gov-east-1 1.209 1.266
us-gov-west-1 1.209 1.266
`,
  },
  {
    asOf: '2024-11',
    rows: `
c5,c6g,c6gn,c6i,c7g c5d,r5,r6g,r6i m5,m6g,m6i,r5d m5d r6gd t3
cn-north-1 8.7 9.675 10.555 11.27 10.163 6.327
`,
  },
]
