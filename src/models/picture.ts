import { Schema } from 'mongoose';

/** The sizes that there are of each, in pixels: what pages show, and what applications get by the claim `picture`. */
export const PICTURE_SIZES = [96, 512] as const;
export type PictureSize = (typeof PICTURE_SIZES)[number];

/** A picture of a user or organization, made anew of what was uploaded: square, WebP, without anything else that the file held. */
export interface Picture {
  /** 256 random bits. Whoever knows it sees the picture, as whoever sees the page does. */
  _id: string;
  /** The user or organization; whose id is it, so that a picture goes with its owner. */
  ownerId: string;
  small: Buffer;
  large: Buffer;
  createdAt: Date;
}

/** Where a picture is shown, below the issuer. Its bytes never change. */
export const picturePath = (id: string, size: PictureSize): string => `/pictures/${id}-${size}.webp`;

export const pictureSchema = new Schema<Picture>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    small: { type: Buffer, required: true },
    large: { type: Buffer, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

pictureSchema.index({ ownerId: 1 });
